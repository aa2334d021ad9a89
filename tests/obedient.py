"""A command that may not write where the permissions forbid it.

    python -m tests.obedient MODULE FLAGS

A command of the superuser may otherwise. If that cannot be changed, the status is
`UNABLE`, and the command is not run.
"""

import ctypes
import pathlib
import runpy
import sys
import tempfile

UNABLE = 77
_VERSION = 0x20080522  # Of Linux' capabilities, in two sets of 32.
_DAC_OVERRIDE = 1


class _Thread(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("number", ctypes.c_int))


class _Capabilities(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")
    )


def _give_up_override() -> None:
    """Obeys in this thread, and in those that it starts."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "capset"):
        return
    thread, sets = _Thread(_VERSION, 0), (_Capabilities * 2)()
    libc.capget(ctypes.byref(thread), sets)
    for name, _ in _Capabilities._fields_:
        setattr(sets[0], name, getattr(sets[0], name) & ~(1 << _DAC_OVERRIDE))
    libc.capset(ctypes.byref(thread), sets)


def _obeys() -> bool:
    """Returns whether a folder that may not be written is not."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o555)
        try:
            (folder / "file").touch()
        except PermissionError:
            return True
        finally:
            folder.chmod(0o755)
    return False


if __name__ == "__main__":
    _give_up_override()
    if not _obeys():
        sys.exit(UNABLE)
    _, module, *flags = sys.argv
    sys.argv = [module, *flags]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
