"""`experiments.run`, killed in the middle of a write.

    python -m tests.experiments.killed_while_writing FAULT NAME NUMBER FLAGS

The process ends in its write number NUMBER of the file NAME: when half of it is
written (`half`), before it is renamed (`rename`), or, for TensorFlow's own files, when
they have reached NAME bytes (`checkpoint`).
"""

import os
import pathlib
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from experiments import run
from ldrsp_tf.training import files


def _die(*_) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _replace_call(owner: Any, name: str, is_meant: Callable, deed: Callable) -> None:
    """Has something else done in place of one call of a function or method."""
    real = getattr(owner, name)

    def replaced(*arguments, **options):
        do = deed if is_meant(*arguments) else real
        return do(*arguments, **options)

    setattr(owner, name, replaced)


def _counted(name: str, number: int) -> Callable:
    calls = []

    def is_meant(path, *_):
        is_it = path.name == name or path.name.startswith(f".{name}.")
        if is_it:
            calls.append(path)
        return is_it and len(calls) == number

    return is_meant


def _half(name: str, number: int) -> None:
    real = files._write_synced

    def write_half(path, mode, text):
        real(path, mode, text[: len(text) // 2])
        _die()

    _replace_call(files, "_write_synced", _counted(name, number), write_half)


def _rename(name: str, number: int) -> None:
    _replace_call(pathlib.Path, "replace", _counted(name, number), _die)


def _checkpoint(size: str, number: int) -> None:
    real, calls = tf.train.Checkpoint.write, []

    def write(*arguments):
        calls.append(arguments)
        if len(calls) == number:
            # Python ignores the signal by which the system enforces the limit.
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
        return real(*arguments)

    tf.train.Checkpoint.write = write


if __name__ == "__main__":
    _, fault, name, number, *flags = sys.argv
    {"half": _half, "rename": _rename, "checkpoint": _checkpoint}[fault](
        name, int(number)
    )
    run.main([run.__file__, *flags])
