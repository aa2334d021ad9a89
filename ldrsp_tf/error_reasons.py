"""The words that say why, out of an error of Keras or TensorFlow."""

import re


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
