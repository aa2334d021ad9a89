"""Preparation of data sets with TFDS, once and by one process at a time.

`store`           prepares and reads; `file_lock` and `quiet` serve it
`source_files`    original files, from a folder or downloaded; `checksums` of them
`mulan_builder`   the base class of the ARFF data sets; `features` are TFDS features
`mulan_sets`      the sets of the builder `mulan`

Imports `datasets.arff` and `datasets.errors`; `store` imports builders by their names.
"""
