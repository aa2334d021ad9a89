"""`.keras` files that run code or read other files in some release of Keras.

The bound on Keras in setup.py is the first release that refuses all of them.
"""

import codecs
import io
import json
import marshal
import pathlib
import shutil
import zipfile

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import Refiner, UsageError

_X = {
    "class_name": "__keras_tensor__",
    "config": {"shape": [None, 7], "dtype": "float32", "keras_history": ["x", 0, 0]},
}


@pytest.fixture(scope="module")
def saved(fitted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    fitted.save(folder)
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    """Saves a refiner whose generator a test replaces."""
    return pathlib.Path(shutil.copytree(saved, tmp_path / "refiner"))


def _function(module, name):
    return {"module": module, "class_name": "function", "config": name}


def _layer(class_name, config, positional=(_X,), **arguments):
    """Describes a layer of Keras that is called with these arguments."""
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": {"name": "layer", **config},
        "name": "layer",
        "inbound_nodes": [{"args": list(positional), "kwargs": arguments}],
    }


def _called(module, name, *positional, **arguments):
    """Describes a function in the place of a layer."""
    return {
        **_function(module, name),
        "name": name,
        "inbound_nodes": [{"args": list(positional), "kwargs": arguments}],
    }


def _lambda_of(module, name, inputs, **arguments):
    """Describes a Lambda that calls a function with `inputs`, of any kind, first."""
    function = {"function": _function(module, name), "arguments": arguments}
    layer = _layer("Lambda", {**function, "name": name}, (), inputs=inputs)
    return {**layer, "name": name}


def _python_lambda(marker):
    source = f"lambda x: (open({str(marker)!r}, 'w').close(), x)[1]"
    code = compile(source, "lambda", "eval").co_consts[0]
    text = codecs.encode(marshal.dumps(code), "base64").decode()
    return _layer(
        "Lambda",
        {
            "function": {
                "class_name": "__lambda__",
                "config": {"code": text, "defaults": None, "closure": None},
            }
        },
    )


def _write(path, *layers):
    """Writes a functional model of these layers, the first of which takes x."""
    x = {"batch_shape": [None, 7], "dtype": "float32", "name": "x"}
    x_layer = {**_layer("InputLayer", x), "name": "x", "inbound_nodes": []}
    config = {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "registered_name": "Functional",
        "config": {
            "name": "model",
            "trainable": True,
            "layers": [x_layer, *layers],
            "input_layers": [["x", 0, 0]],
            "output_layers": [["x", 0, 0]],
        },
    }
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file.create_group("layers")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.8.0"}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", weights.getvalue())


def _write_python_lambda(path, marker):
    _write(path, _python_lambda(marker))


def _write_wrapped_lambda(path, marker):
    _write(path, _layer("TimeDistributed", {"layer": _python_lambda(marker)}))


def _write_function_of_a_module(path, marker):
    _write(path, _called("os", "system", f"touch {marker}"))


def _write_get_file(path, marker):
    origin = path.parent / "refiner.json"
    folder = {"cache_dir": str(marker.parent), "cache_subdir": "."}
    _write(
        path,
        _lambda_of(
            "keras.utils", "get_file", marker.name, origin=origin.as_uri(), **folder
        ),
    )


def _write_unsafe_loading(path, marker):
    inner = path.with_name("inner.keras")
    _write(inner, _python_lambda(marker))
    _write(
        path,
        _called("keras.config", "enable_unsafe_deserialization"),
        _called("keras.models", "load_model", str(inner), safe_mode=False),
    )


def _write_unsafe_attribute(path, marker):
    inner = path.with_name("inner.keras")
    _write(inner, _python_lambda(marker))
    state = "keras.src.backend.common.global_state"
    _write(
        path,
        _lambda_of(state, "set_global_attribute", "safe_mode_saving", value=False),
        _lambda_of("keras.models", "load_model", str(inner), safe_mode=False),
    )


def _write_saved_model(path, marker):
    class Writer(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 7])])
        def write(self, x):
            with tf.control_dependencies([tf.io.write_file(str(marker), "")]):
                return tf.identity(x)

    writer, folder = Writer(), str(path.with_name("saved_model"))
    tf.saved_model.save(writer, folder, signatures=writer.write)
    _write(path, _layer("TFSMLayer", {"filepath": folder, "call_endpoint": "write"}))


def _write_vocabulary(path, marker):
    vocabulary = path.with_name("vocabulary.txt")
    vocabulary.write_text("secret\n")
    words = {"vocabulary": str(vocabulary), "dtype": "string"}
    x = {**_X, "config": {**_X["config"], "dtype": "string"}}
    _write(path, _layer("StringLookup", words, (x,)))


def _with_foreign_weights(path, replace):
    """Writes a model of ours, one of whose weights is `replace`d in the HDF5 file."""
    model = keras.Sequential([keras.layers.Input((7,)), keras.layers.Dense(5)])
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    weights = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(weights, "a") as file:
        name = "layers/dense/vars/0"
        assert file[name].shape == (7, 5)
        del file[name]
        replace(file, name)
    parts["model.weights.h5"] = weights.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


def _write_external_weights(path, marker):
    secret = path.with_name("secret")
    secret.write_bytes(np.ones((7, 5), np.float32).tobytes())
    external = [(str(secret), 0, h5py.h5f.UNLIMITED)]
    _with_foreign_weights(
        path,
        lambda file, name: file.create_dataset(
            name, (7, 5), np.float32, external=external
        ),
    )


def _secret_h5(path):
    secret = path.with_name("secret.h5")
    with h5py.File(secret, "w") as file:
        file["secret"] = np.ones((7, 5), np.float32)
    return secret


def _write_virtual_weights(path, marker):
    layout = h5py.VirtualLayout((7, 5), np.float32)
    layout[:] = h5py.VirtualSource(_secret_h5(path), "secret", (7, 5))
    _with_foreign_weights(
        path, lambda file, name: file.create_virtual_dataset(name, layout)
    )


def _write_linked_weights(path, marker):
    link = h5py.ExternalLink(_secret_h5(path), "secret")
    _with_foreign_weights(path, lambda file, name: file.__setitem__(name, link))


_REFUSED = r"generator\.keras (cannot be read|holds a Python lambda)"


@pytest.mark.parametrize(
    "write",
    [
        _write_external_weights,
        _write_function_of_a_module,
        _write_get_file,
        _write_linked_weights,
        _write_python_lambda,
        _write_saved_model,
        _write_unsafe_attribute,
        _write_unsafe_loading,
        _write_virtual_weights,
        _write_vocabulary,
        _write_wrapped_lambda,
    ],
    ids=lambda write: write.__name__.removeprefix("_write_"),
)
def test_a_hostile_file_is_refused(write, folder, tmp_path):
    marker = tmp_path / "marker"
    write(folder / "generator.keras", marker)
    marker.unlink(missing_ok=True)
    with pytest.raises(UsageError, match=_REFUSED):
        Refiner.load(folder)
    assert not marker.exists()


def test_the_same_file_without_its_hostile_part_is_read(tmp_path):
    """Checks that the refusals above are of the hostile part alone."""
    path = tmp_path / "generator.keras"
    _write(path, _layer("Activation", {"activation": "relu"}))
    assert [layer.name for layer in keras.saving.load_model(path).layers] == ["x"]
    _with_foreign_weights(
        path, lambda file, name: file.__setitem__(name, np.ones((7, 5)))
    )
    np.testing.assert_array_equal(keras.saving.load_model(path).get_weights()[0], 1.0)
