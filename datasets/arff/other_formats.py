"""Recognition of files that are not ARFF, for error messages."""

import re

_LIBSVM = re.compile(r"\S+(\s+\d+:\S+)+")

_MEND = (
    "ARFF has lines of @relation and @attribute, one for each column, and @data above "
    "the rows"
)


_BEGINNINGS = {
    b"PK\x03\x04": "is a zip archive: unpack it",
    b"BZh": "is compressed by bzip2: unpack it, or compress it by gzip",
    b"\xfd7zXZ": "is compressed by xz: unpack it, or compress it by gzip",
    b"\xff\xfe": "is in UTF-16: save it in UTF-8",
    b"\xfe\xff": "is in UTF-16: save it in UTF-8",
    b"\x93NUMPY": "is a file of numpy.save: save the rows as ARFF, with their names",
    b"\x80\x04": "is a pickle: save the rows as ARFF, with their names",
    b"\x80\x05": "is a pickle: save the rows as ARFF, with their names",
    b"\x89HDF": "is an HDF5 file: save the rows as ARFF",
    b"PAR1": "is a Parquet file: save the rows as ARFF",
    b"\x89PNG": "is a picture: name the file with the rows",
}


def explain_first_bytes(begin: bytes) -> str | None:
    """Returns what a file is that begins with those bytes; None if it may be ARFF.

    Args:
      begin: The first 8 bytes, or more.

    Returns:
      The part of a sentence after the name of the file, with the mend.
    """
    for beginning, text in _BEGINNINGS.items():
        if begin.startswith(beginning):
            return text
    return None


def explain_first_line(line: str) -> str:
    """Returns what a file looks like whose first line does not begin an ARFF header.

    Args:
      line: The first line that is neither empty nor a comment.

    Returns:
      The part of a sentence after the name of the file, with the mend.
    """
    if line.startswith("<"):
        kind = "HTML page" if re.match("<(!doctype )?html", line, re.I) else "XML file"
        return f"is an {kind}, not ARFF: name the file with the rows"
    if line.startswith(("{", "[")):
        return f"looks like JSON, not ARFF: convert it; {_MEND}"
    if _LIBSVM.fullmatch(line):
        return f"looks like a LIBSVM file, not ARFF: convert it; {_MEND}"
    for separator, name in ((",", "CSV"), (";", "CSV"), ("\t", "a table with tabs")):
        if separator in line:
            return (
                f"looks like {name}, not ARFF: convert it, for instance with Weka's "
                f"ArffViewer; {_MEND}"
            )
    return f"is not ARFF: {_MEND}"
