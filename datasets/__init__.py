"""Data sets of the experiments: one TFDS builder a folder, read with `loading.load`."""
