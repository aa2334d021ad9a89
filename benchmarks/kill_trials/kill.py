"""A kill and its outcome, and the signals that it is done by."""

import random
import signal
from typing import NamedTuple

RESUMED, OLD, NEW, WRONG = "bit for bit", "old", "new", "wrong"


class Kill(NamedTuple):
    """A kill and what came of it.

    Attributes:
      subject: The name of the killed training or writing.
      stage: The stage in which it was killed.
      signal: The name of the signal.
      outcome: "bit for bit", "old", "new" or "wrong".
      reason: What is wrong; empty if nothing is.
    """

    subject: str
    stage: str
    signal: str
    outcome: str
    reason: str = ""


def draw_signal(draw: random.Random) -> signal.Signals:
    """Draws SIGKILL in three of five cases, else SIGTERM or SIGINT.

    Args:
      draw: The random numbers.
    """
    kills = [signal.SIGKILL] * 3
    return draw.choice([*kills, signal.SIGTERM, signal.SIGINT])
