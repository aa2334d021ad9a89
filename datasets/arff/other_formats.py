"""Recognition of files that are not ARFF, for error messages."""

import re

_LIBSVM = re.compile(r"\S+(\s+\d+:\S+)+")

_MEND = (
    "ARFF has lines of @relation and @attribute, one for each column, and @data above "
    "the rows"
)


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
