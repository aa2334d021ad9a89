import importlib
import subprocess
import sys

import pytest

import ldrsp_tf


@pytest.mark.parametrize("name", ldrsp_tf.__all__)
def test_every_name_is_there(name):
    assert getattr(ldrsp_tf, name) is not None
    assert name in dir(ldrsp_tf)


@pytest.mark.parametrize("name", sorted(set(ldrsp_tf.__all__) - {"__version__"}))
def test_a_name_is_that_of_its_class(name):
    found = getattr(ldrsp_tf, name)
    assert found.__name__ == name
    assert getattr(importlib.import_module(found.__module__), name) is found


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'ldrsp_tf' has no attribute 'Refinar'"):
        _ = ldrsp_tf.Refinar
    with pytest.raises(ImportError, match="Refinar"):
        from ldrsp_tf import Refinar  # noqa: F401


def test_the_package_alone_does_not_wait_for_tensorflow():
    code = (
        "import sys, ldrsp_tf; ldrsp_tf.UsageError; dir(ldrsp_tf); "
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
