import tensorflow as tf

from experiments.cli.startup import grow_gpu_memory


def test_the_memory_of_every_gpu_grows(monkeypatch):
    # There is none here: what TensorFlow would be told.
    told = []
    monkeypatch.setattr(
        tf.config, "list_physical_devices", lambda kind: [f"{kind}:0", f"{kind}:1"]
    )
    monkeypatch.setattr(
        tf.config.experimental, "set_memory_growth", lambda *given: told.append(given)
    )
    grow_gpu_memory()
    assert told == [("GPU:0", True), ("GPU:1", True)]
