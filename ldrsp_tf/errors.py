"""Errors that a user can mend: one clear sentence each, printed without a traceback."""

import re


class UsageError(ValueError):
    """A value, shape or setting that does not fit; the message names the mend."""


class NotFittedError(UsageError):
    """A call that needs trained networks, before there are any."""


class TrainingError(RuntimeError):
    """A training that cannot go on, for example because a file cannot be written."""


class DivergenceError(TrainingError):
    """A loss or a slope that ran away; another try with the same settings is no use."""


def reason_of(error: Exception) -> str:
    """Returns the reason of an error without additions and without a full stop.

    Keras adds the arguments of the call that failed, autograph the lines of code.

    Args:
      error: The error, of TensorFlow, Keras or this package.
    """
    text = str(getattr(error, "message", error)).strip()
    in_call = re.search(r"\x1b\[1m(.*?)\x1b\[0m", text, re.DOTALL)
    if in_call:
        text = in_call.group(1).strip()
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    reason = paragraphs[-1 if paragraphs[0].startswith("in user code:") else 0]
    # TensorFlow's names of functions and operations are of no use to a user.
    reason = re.sub(r"\{\{.*?\}\} ?| \[Op:\w+\].*", "", reason)
    return reason.rstrip(".") or type(error).__name__
