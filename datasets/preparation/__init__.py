"""Preparation of TFDS data sets: source files, checksums, features, the store."""
