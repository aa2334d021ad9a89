"""The header of an ARFF file: its relation and its attributes."""

import collections
import dataclasses
import os
import re
import reprlib
from collections.abc import Iterator, Sequence

from datasets.arff.other_formats import explain_first_line
from datasets.arff.text import QUOTED, meaningful_lines, split, unquote
from datasets.errors import DataError

_ATTRIBUTE = re.compile(
    rf"@attribute\s+(?P<name>{QUOTED}|[^\s{{'\"][^\s{{]*)\s*(?P<kind>.*)", re.IGNORECASE
)
# MEKA's note in the name of the relation: the number of labels.
MEKA_LABELS = re.compile(r"(?:^|[\s:'\"])-[cC]\s+(-?\d{1,9})(?!\d)")

_NUMERIC_KINDS = frozenset({"numeric", "real", "integer"})
_UNSUPPORTED_KINDS = frozenset({"string", "date", "relational"})

_SHOWN_VALUES = 9  # The most values that an error message lists.


@dataclasses.dataclass(frozen=True)
class Attribute:
    """An attribute of an ARFF file.

    Attributes:
      name: The name, without quotes.
      values: The values of a nominal attribute, in the order of the file; empty for a
        numeric one.
      on: The value of a label that means 1, if it is named; "1" of the values 0 and 1.
    """

    name: str
    values: tuple[str, ...] = ()
    on: str | None = None

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers, not names from a list."""
        return not self.values

    @property
    def is_binary(self) -> bool:
        """Whether the values mean 0 and 1: they are these, or a label's."""
        return self.on is not None or self.has_digits

    @property
    def has_digits(self) -> bool:
        """Whether the attribute is nominal with the values 0 and 1, in any order."""
        return sorted(self.values) == ["0", "1"]

    @property
    def is_one_hot(self) -> bool:
        """Whether the attribute is encoded as one column for each value."""
        return not self.is_numeric and not self.is_binary

    @property
    def column_names(self) -> list[str]:
        """The names of the attribute's columns: one, or one for each value."""
        if self.is_one_hot:
            return [f"{self.name}={value}" for value in self.values]
        return [self.name]

    @property
    def numbers(self) -> dict[str, float]:
        """The number of each nominal value: 0 and 1 of a binary one, else its index."""
        if self.is_binary:
            on = self.on or "1"
            return {value: float(value == on) for value in self.values}
        return {value: float(i) for i, value in enumerate(self.values)}

    @property
    def sparse_default(self) -> float:
        """The number of the attribute in a sparse row that leaves it out.

        As in Weka, it is 0, or that of the first of the values.
        """
        return 0.0 if self.is_numeric else self.numbers[self.values[0]]

    @property
    def listed_values(self) -> str:
        """The values of a nominal attribute, formatted for error messages."""
        shown = [
            value if value.isprintable() and len(value) < 30 else reprlib.repr(value)
            for value in self.values[:_SHOWN_VALUES]
        ]
        return ", ".join(shown + ["..."] * (len(self.values) > _SHOWN_VALUES))

    def __str__(self) -> str:
        kind = "numeric" if self.is_numeric else f"{{{self.listed_values}}}"
        return f"{self.name!r} ({kind})"


@dataclasses.dataclass(frozen=True)
class Header:
    """The header of an ARFF file.

    Attributes:
      relation: The text after `@relation`, unchanged.
      attributes: The attributes, in the order of the file.
    """

    relation: str
    attributes: tuple[Attribute, ...]

    @property
    def names(self) -> list[str]:
        """The names of the attributes, in the order of the file."""
        return [attribute.name for attribute in self.attributes]

    @property
    def meka_labels(self) -> int | None:
        """The n of a `-C n` in the relation's name, or None without one."""
        match = MEKA_LABELS.search(self.relation)
        return None if match is None else int(match[1])

    def outer_names(self, count: int) -> list[str]:
        """Returns the names of the first attributes, or of the last ones.

        Args:
          count: The number of names; a negative one counts from the end.
        """
        return self.names[:count] if count >= 0 else self.names[count:]


def read_header(path: str | os.PathLike[str], *, any_encoding: bool = False) -> Header:
    """Reads the header of a file.

    Args:
      path: The file.
      any_encoding: Whether characters that are not UTF-8 are replaced, not refused.

    Returns:
      The header.

    Raises:
      DataError: The file cannot be read, or its header is malformed as `parse_header`
        describes.
    """
    return parse_header(path, meaningful_lines(path, any_encoding=any_encoding))


def parse_header(
    path: str | os.PathLike[str], lines: Iterator[tuple[int, str]]
) -> Header:
    """Parses the header and consumes its lines, `@data` included.

    Args:
      path: The file, for error messages.
      lines: The numbers and texts of the lines of the file.

    Returns:
      The header.

    Raises:
      DataError: A line is malformed, or an attribute is neither numeric nor nominal;
        the message names the line.
    """
    relation = ""
    attributes: list[Attribute] = []
    for number, line in lines:
        keyword, *rest = line.split(maxsplit=1)
        keyword = keyword.lower()
        if keyword == "@data":
            require_unique(
                [attribute.name for attribute in attributes],
                f"{path} declares the attribute",
            )
            return Header(relation, tuple(attributes))
        if keyword == "@attribute":
            attributes.append(_parse_attribute(f"{path}, line {number}", line))
        elif keyword == "@relation":
            relation = "".join(rest)
        elif attributes or relation or keyword.startswith("@"):
            raise DataError(
                f"{path}, line {number}: {reprlib.repr(keyword)} before @data, where "
                "only @relation and @attribute belong"
            )
        else:
            raise DataError(f"{path} {explain_first_line(line)}")
    raise DataError(f"{path} has no @data line: the file is cut off or is not ARFF")


def require_unique(names: Sequence[str], what: str) -> None:
    """Checks that no name occurs twice.

    Args:
      names: The names.
      what: The beginning of the error message, up to the name.

    Raises:
      DataError: A name occurs twice.
    """
    name, count = max(
        collections.Counter(names).items(), key=lambda item: item[1], default=("", 0)
    )
    if count > 1:
        raise DataError(f"{what} {name!r} twice: keep one of them")


def _parse_attribute(where: str, line: str) -> Attribute:
    match = _ATTRIBUTE.fullmatch(line)
    if match is None or not match["kind"]:
        raise DataError(f"{where}: not of the form '@attribute name type'")
    name, kind = unquote(match["name"]), match["kind"]
    if kind.lower() in _NUMERIC_KINDS:
        return Attribute(name)
    if kind.startswith("{"):
        return Attribute(name, _parse_values(f"{where}: the attribute {name!r}", kind))
    word = kind.split(maxsplit=1)[0]
    if word.lower() in _UNSUPPORTED_KINDS:
        raise DataError(
            f"{where}: the attribute {name!r} is of type {word}, which is not "
            "supported; remove it, or make it numeric or nominal"
        )
    raise DataError(
        f"{where}: the attribute {name!r} has the type {reprlib.repr(kind)}, which is "
        "neither numeric, real, integer nor {value,value}"
    )


def _parse_values(what: str, kind: str) -> tuple[str, ...]:
    if not kind.endswith("}"):
        raise DataError(f"{what} has values that do not end with '}}'")
    try:
        values = tuple(unquote(word) for word in split(kind[1:-1]))
    except ValueError as error:
        raise DataError(f"{what} has values in which {error}") from error
    if values == ("",):
        raise DataError(f"{what} has no values between '{{' and '}}'")
    require_unique(values, f"{what} has the value")
    return values
