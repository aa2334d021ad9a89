import importlib
import importlib.util
import sys

import pytest

from datasets.deprecation import MOVED


@pytest.mark.parametrize("before", MOVED)
def test_a_module_of_the_table_has_moved(before):
    assert importlib.util.find_spec(f"datasets.{MOVED[before]}") is not None
    assert (
        "deprecation"
        in type(importlib.util.find_spec(f"datasets.{before}").loader).__module__
    )


def test_a_path_of_before_has_the_same_names_and_warns(monkeypatch):
    monkeypatch.delitem(sys.modules, "datasets.rgb_images", raising=False)
    with pytest.warns(FutureWarning, match="import datasets.images.rgb instead"):
        before = importlib.import_module("datasets.rgb_images")
    now = importlib.import_module("datasets.images.rgb")
    assert before.decode_image is now.decode_image
    assert now.__name__ == now.__spec__.name == "datasets.images.rgb"


def test_a_path_that_never_was_is_none_still():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("datasets.nowhere")
