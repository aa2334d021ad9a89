"""Errors that a user can mend: one clear sentence each, printed without a traceback."""


class UsageError(ValueError):
    """A value, shape or setting that does not fit; the message names the mend."""


class TrainingError(RuntimeError):
    """Training cannot go on (for example the loss is no longer finite)."""


class DivergenceError(TrainingError):
    """A loss is no longer finite: the settings do not work, whatever is tried again."""
