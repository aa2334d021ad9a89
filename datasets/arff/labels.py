"""Labels of an ARFF file: attributes of two values, one of which means 1."""

import os

from datasets.arff.header import Attribute
from datasets.errors import DataError

# Values that mean "off" and "on" in whatever order a file declares them.
_WORDS = (
    ("false", "true"),
    ("f", "t"),
    ("no", "yes"),
    ("n", "y"),
    ("off", "on"),
    ("negative", "positive"),
    ("neg", "pos"),
    ("absent", "present"),
)


def as_label(path: str | os.PathLike[str], attribute: Attribute) -> Attribute:
    """Returns a label's attribute, with the value that means 1.

    Of two numbers it is the larger one, of pairs of words such as no and yes the
    affirmative one in whatever order they are declared, and of all others the second
    one that is declared: as in Weka, a sparse row leaves out the first.

    Args:
      path: The file, for error messages.
      attribute: The attribute, numeric or nominal; a numeric one becomes {0,1}.

    Raises:
      DataError: It is nominal, and has more values than two, or one.
    """
    if attribute.is_numeric:
        return Attribute(attribute.name, ("0", "1"))
    if attribute.has_digits:
        return attribute
    if len(attribute.values) != 2:
        raise DataError(
            f"{path}: the label {attribute} has {len(attribute.values)} values where a "
            "label needs two, such as {0,1}; make it a label for each value, or name "
            "other labels"
        )
    return Attribute(attribute.name, attribute.values, _value_on(*attribute.values))


def _value_on(first: str, second: str) -> str:
    """Returns the one of two values that means 1."""
    try:
        return first if float(first) > float(second) else second
    except ValueError:
        is_reversed = (second.lower(), first.lower()) in _WORDS
        return first if is_reversed else second
