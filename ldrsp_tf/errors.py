"""Errors that a user can mend: one clear sentence each, printed without a traceback."""

import re


class UsageError(ValueError):
    """A value, shape or setting that does not fit; the message names the mend."""


class NotFittedError(UsageError):
    """A call that needs trained networks, before there are any."""


class TrainingError(RuntimeError):
    """Training cannot go on (for example the loss is no longer finite)."""


class DivergenceError(TrainingError):
    """A loss is no longer finite: the settings do not work, whatever is tried again."""


def reason_of(error: Exception) -> str:
    """The error's reason without what was added around it, and without a full stop.

    Keras adds the arguments of the call that failed, autograph the lines of code.
    """
    text = str(getattr(error, "message", error)).strip()
    in_call = re.search(r"\x1b\[1m(.*?)\x1b\[0m", text, re.DOTALL)
    if in_call:
        text = in_call.group(1).strip()
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    reason = paragraphs[-1 if paragraphs[0].startswith("in user code:") else 0]
    # TensorFlow's names of functions and operations say nothing to a user.
    reason = re.sub(r"\{\{.*?\}\} ?| \[Op:\w+\].*", "", reason)
    return reason.rstrip(".") or type(error).__name__
