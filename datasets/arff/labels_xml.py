"""Reader of Mulan's XML files, which list the labels of an ARFF file."""

import os
from xml.etree import ElementTree

from datasets.arff.header import require_unique
from datasets.errors import DataError


def read_labels_xml(path: str | os.PathLike[str]) -> list[str]:
    """Returns the names of the labels that a Mulan XML file lists, in its order.

    Args:
      path: The file.

    Raises:
      DataError: The file cannot be read, lists no labels, or lists one of them twice.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from error
    # Besides malformed XML: an encoding that is unknown or not supported.
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise DataError(f"{path} is not XML ({error}): fetch it again") from error
    elements = (e for e in root.iter() if e.tag.rpartition("}")[2] == "label")
    names = [element.get("name", "") for element in elements]
    if not names or "" in names:
        raise DataError(f'{path} lists no labels of the form <label name="...">')
    require_unique(names, f"{path} lists the label")
    return names
