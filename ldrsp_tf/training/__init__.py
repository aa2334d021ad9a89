"""The training loop: the one package that changes weights.

`trainer` has the compiled step, `loop` runs epochs with validation, early stopping and
exact resume, `checkpoints` and `history` keep the state and the records that a resumed
training needs. May import `evaluation` and below.
"""
