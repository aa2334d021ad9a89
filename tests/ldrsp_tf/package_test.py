import importlib
import os
import subprocess
import sys

import keras
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


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_backend_of_keras_is_refused_before_keras_is_imported(backend):
    code = "import sys, ldrsp_tf; ldrsp_tf.UsageError; ldrsp_tf.Refiner"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stderr.strip().splitlines()[-1]
    assert f"The backend of Keras is '{backend}'" in last
    assert "set KERAS_BACKEND=tensorflow before Keras is imported" in last


def test_a_backend_that_keras_was_imported_with_is_refused(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(ldrsp_tf.UsageError, match="backend of Keras is 'jax'"):
        _ = ldrsp_tf.Refiner
    from ldrsp_tf.refiner.refiner import Refiner
    from ldrsp_tf.spaces.tags import TagSpace

    with pytest.raises(ldrsp_tf.UsageError, match="backend of Keras is 'jax'"):
        Refiner(None, TagSpace(), method="dvn")


def test_the_backend_that_is_imported_decides_not_the_environment(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert ldrsp_tf.Refiner is not None
