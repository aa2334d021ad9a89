"""Multi-label ARFF files, of the builders and of users.

`reader`      reads a file into features and labels; `labels_xml` lists its labels
`header`      parses the attributes, `rows` the values, `text` lines, quotes and comments

Imports `datasets.errors` alone.
"""
