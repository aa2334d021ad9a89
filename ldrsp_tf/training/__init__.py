"""The training loop: the one package that changes weights.

`trainer` has the compiled step, `loop` runs epochs with validation and early stopping,
`resume` goes on from the state and the records that `checkpoints` and `history` keep,
through `files` that a kill leaves whole. May import `evaluation` and below.
"""
