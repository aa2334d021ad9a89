"""Multi-label ARFF files, of the builders and of users.

`reader`      features and labels of a file; `labels_xml` names its labels
`header`      the attributes of a file; `rows` their values
`text`        lines, quotes and comments

Imports `datasets.errors` alone.
"""
