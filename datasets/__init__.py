"""Data sets of the experiments, and readers of a user's own files.

`loading`      loads a prepared data set by its name; `errors` has the one exception
`<name>/`      a TFDS builder a folder; `loading.DATA_SETS` lists them
`images/`      images and masks of a user's own, and decoding for the builders
`arff/`        multi-label ARFF files, a user's own and the builders'
`preparation/` TFDS preparation: source files, checksums, features, the store

Imports point one way: builders, then images, loading, preparation, arff, errors. Loading
imports a builder by its name alone. Nothing here imports `ldrsp_tf` or `experiments`.
"""
