"""Errors that a user can mend: one clear sentence each, printed without a traceback."""

import os
import re
import sys


class UsageError(ValueError):
    """A value, shape or setting that does not fit; the message names the mend."""


class NotFittedError(UsageError):
    """A call that needs trained networks, before there are any."""


class TrainingError(RuntimeError):
    """A training that cannot go on, for example because a file cannot be written."""


class DivergenceError(TrainingError):
    """A loss or a slope that ran away; another try with the same settings is no use."""


def kind_of(value: object) -> str:
    """Returns the kind of a value for a message, such as "an int" or "the class MLP".

    Args:
      value: The value; a class is one that was given in the place of an object.
    """
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiouAEIO" else f"a {name}"


def require_kind(
    value: object, kinds: type | tuple[type, ...], subject: str, needed: str
) -> None:
    """Refuses a value of another class.

    Args:
      value: The user's value.
      kinds: The class that it has to have, or several; `NoneType` for None.
      subject: The beginning of the message, such as "The folder is".
      needed: The end of the message after the kind of the value, without a full stop.

    Raises:
      UsageError: It is of another class.
    """
    if not isinstance(value, kinds):
        raise UsageError(f"{subject} {kind_of(value)}: {needed}.")


def require_function(value: object, subject: str, needed: str) -> None:
    """Refuses a value that is no function, nor another object that can be called.

    Args:
      value: The user's value.
      subject: The beginning of the message, such as "The oracle is".
      needed: The end of the message, as in `require_kind`.

    Raises:
      UsageError: It cannot be called.
    """
    if not callable(value):
        raise UsageError(f"{subject} {kind_of(value)}: {needed}.")


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


def first_line(error: Exception) -> str:
    """Returns an error's first line, or its class if it has no words.

    Args:
      error: The error; names of TensorFlow's operations are left out.
    """
    line = str(getattr(error, "message", error)).strip().split("\n")[0]
    line = re.sub(r"\{\{.*?\}\} ?| \[Op:\w+\]", "", line)
    return line or type(error).__name__


def require_tensorflow_backend() -> None:
    """Refuses another backend of Keras than TensorFlow, without importing either.

    Raises:
      UsageError: Keras is imported with another one, or would be.
    """
    keras = sys.modules.get("keras")
    chosen = os.environ.get("KERAS_BACKEND") or "tensorflow"
    # While Keras is being imported, it has no configuration yet.
    config = getattr(keras, "config", None)
    backend = config.backend() if config is not None else chosen
    if backend != "tensorflow":
        raise UsageError(
            f"The backend of Keras is {backend!r}, but ldrsp_tf needs TensorFlow's: "
            "set KERAS_BACKEND=tensorflow before Keras is imported."
        )
