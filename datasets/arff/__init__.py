"""Multi-label ARFF files, of the builders and of users.

`reader`      features and labels of a file; `labels_xml` names its labels
`header`      the attributes of a file; `rows` their values, `labels` those of labels
`ranges`      a warning of values that single precision makes one number
`meka`        doubts about the number of labels in a relation's name
`other_formats`  files that are not ARFF, for error messages
`text`        lines, quotes and comments

Imports `datasets.errors` alone.
"""

from datasets.arff.header import read_header
from datasets.arff.labels_xml import read_labels_xml
from datasets.arff.reader import ArffData, read_arff

__all__ = ["ArffData", "read_arff", "read_header", "read_labels_xml"]
