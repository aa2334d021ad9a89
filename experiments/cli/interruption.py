"""Ctrl-C and SIGTERM: where they end a command at once, and where they have to wait.

An exception in the middle of TensorFlow may be swallowed there. A training therefore
notes the signal, and looks at its note between two epochs.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_Handler = Callable[[int, FrameType | None], None]

ENDING = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """An end that a signal asks for.

    Args:
      number: The number of the signal.
    """

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number


class _Note:
    """A handler that notes the first signal.

    Args:
      at_once: Whether it raises `Interrupted` as well.

    Attributes:
      number: The number of the signal; None before there is one.
    """

    def __init__(self, at_once: bool):
        self.number: int | None = None
        self._at_once = at_once

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Notes a signal."""
        del frame
        self.number = self.number or number
        if self._at_once:
            raise Interrupted(number)

    def check(self) -> None:
        """Raises `Interrupted` if there was a signal."""
        if self.number is not None:
            raise Interrupted(self.number)


@contextlib.contextmanager
def signals_interrupt(
    numbers: tuple[signal.Signals, ...] = ENDING,
) -> Iterator[None]:
    """Makes signals that ask the process to end raise `Interrupted` in the block.

    Args:
      numbers: The signals.
    """
    with _handled_by(_Note(at_once=True), numbers):
        yield


@contextlib.contextmanager
def signals_wait() -> Iterator[Callable[[], bool]]:
    """Makes Ctrl-C and SIGTERM wait in the block, for the caller to come to a good end.

    Yields:
      A function that returns whether there was a signal.

    Raises:
      Interrupted: There was one, in the block or swallowed before it.
    """
    for handler in map(signal.getsignal, ENDING):
        if isinstance(handler, _Note):
            handler.check()
    note = _Note(at_once=False)
    with _handled_by(note, ENDING):
        try:
            yield lambda: note.number is not None
        except KeyboardInterrupt:
            note.check()
            raise
    note.check()


@contextlib.contextmanager
def _handled_by(
    handler: _Handler, numbers: tuple[signal.Signals, ...]
) -> Iterator[None]:
    """Handles signals in the block; those that the process ignores stay ignored.

    Threads other than the main one get no signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        for number, usual in before.items():
            if usual is not signal.SIG_IGN:
                signal.signal(number, handler)
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)


def exit_status(interrupt: KeyboardInterrupt) -> int:
    """Returns the status that a shell expects of a command that a signal has ended.

    Args:
      interrupt: The exception; Python's own is of Ctrl-C.
    """
    return 128 + getattr(interrupt, "number", signal.SIGINT)
