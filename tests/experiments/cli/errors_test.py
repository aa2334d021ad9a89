import os
import subprocess
import sys
import tempfile

import pytest
import tensorflow as tf

from experiments.cli.errors import one_sentence_errors

_FULL = tf.errors.ResourceExhaustedError(None, None, "/runs/a; No space left on device")


def _ended_by(error):
    with pytest.raises(SystemExit) as end, one_sentence_errors(kept="the tenth"):
        raise error
    return end.value.code


def _caused(error, cause):
    try:
        raise error from cause
    except type(error) as raised:
        return raised


@pytest.mark.parametrize(
    "error",
    [
        _FULL,
        # As TFDS wraps it.
        _caused(RuntimeError("Failed to finalize writing"), _FULL),
        OSError(28, "No space left on device", "/runs/a"),
    ],
)
def test_a_full_disk_is_a_sentence(error):
    sentence = _ended_by(error)
    assert sentence.startswith("error: ")
    assert "/runs/a" in sentence and "No space left on device" in sentence
    assert "the same command goes on from the tenth" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("a mistake of ours"),
        tf.errors.InvalidArgumentError(None, None, "Incompatible shapes"),
        # Memory, and not a disk.
        tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor"),
    ],
)
def test_other_errors_stay_as_they_are(error):
    with pytest.raises(type(error)), one_sentence_errors(kept="the tenth"):
        raise error


def test_a_temporary_folder_without_room_is_named(monkeypatch):
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    sentence = _ended_by(TypeError("Iterating over a symbolic tensor"))
    folder = tempfile.gettempdir()
    assert f"No temporary file can be written to {folder}: " in sentence


_PRINTS = """
import sys
from experiments.cli.errors import one_sentence_errors
with one_sentence_errors(kept="the tenth"):
    {code}
"""


@pytest.mark.parametrize("code", ["print('a' * 1_000_000)", "print('a')"])
def test_an_output_that_nothing_reads_ends_without_a_word(code):
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-c", _PRINTS.format(code=code)],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (141, "")
