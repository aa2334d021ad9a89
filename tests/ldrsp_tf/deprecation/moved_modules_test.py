import importlib
import importlib.util
import sys

import pytest

from ldrsp_tf.deprecation import MOVED


@pytest.mark.parametrize("before", MOVED)
def test_a_module_of_the_table_has_moved(before):
    assert importlib.util.find_spec(f"ldrsp_tf.{MOVED[before]}") is not None
    assert (
        "deprecation"
        in type(importlib.util.find_spec(f"ldrsp_tf.{before}").loader).__module__
    )


def test_a_path_of_before_has_the_same_names_and_warns(monkeypatch):
    monkeypatch.delitem(sys.modules, "ldrsp_tf.examples", raising=False)
    with pytest.warns(FutureWarning, match="import ldrsp_tf.data.examples instead"):
        before = importlib.import_module("ldrsp_tf.examples")
    now = importlib.import_module("ldrsp_tf.data.examples")
    assert before.as_examples is now.as_examples
    assert now.__name__ == now.__spec__.name == "ldrsp_tf.data.examples"


def test_a_path_that_never_was_is_none_still():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("ldrsp_tf.nowhere")
