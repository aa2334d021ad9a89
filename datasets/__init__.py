"""Data sets of the experiments, and readers of a user's own files.

`loading`      loads a data set by its name; `errors` has the one exception
`<name>/`      one TFDS builder each, listed in `loading.DATA_SETS`
`images/`      images and masks of a user's own, and decoding for the builders
`arff/`        multi-label ARFF files, a user's own and the builders'
`deprecation/` paths of modules before version 0.2
`preparation/` TFDS preparation: source files, checksums, features, the store

Imports point one way: builders, images, loading, preparation, arff, errors; builders
are found by their names. Nothing here imports `ldrsp_tf` or `experiments`.
"""

from datasets.deprecation import support_moved_modules

support_moved_modules()
