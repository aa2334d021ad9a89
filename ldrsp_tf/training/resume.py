"""The state that a training resumes from, when some of its files are lost or damaged.

A training needs three things that belong together: the state after an epoch, the
records of all epochs until then, and the best state among these. If one of them cannot
be read, it goes back to the last epoch that has all three.
"""

import math
import warnings
from collections.abc import Mapping
from typing import Any

from ldrsp_tf.training.checkpoints import StateKeeper
from ldrsp_tf.training.history import History, Record
from ldrsp_tf.training.kept_values import KeptValues
from ldrsp_tf.training.trainable import Trainable


def resume(
    trainer: Trainable, checkpoints: StateKeeper, history: History, phase: str
) -> int:
    """Restores the latest epoch whose state, records and best state are there.

    Later records of the phase are dropped; the epochs are done again.

    Args:
      trainer: A built trainer, which is left as it is if nothing was done yet.
      checkpoints: The keeper of the states of the trainer.
      history: The records, which lost ones are put back into.
      phase: The name of the phase.

    Returns:
      The number of epochs that are done.

    Raises:
      TrainingError: No state can be read although there are some.
    """
    begin = KeptValues(trainer.variables)
    best = checkpoints.restore_best(if_readable=True)
    done = latest = checkpoints.restore(otherwise=best)
    if _reached(history.phase(phase)) < done:
        history.put_back(phase, checkpoints.records(done))
    while done > (reached := _last_with_all(history.phase(phase), done, best)):
        done = checkpoints.restore_until(reached)
    if done == 0:
        begin.put_back()
    if done < latest:
        warnings.warn(
            f"Records or the best state of phase {phase!r} are lost or damaged; going "
            f"on from epoch {done} instead of {latest}.",
            stacklevel=3,
        )
    history.forget_after(phase, done)
    return done


def best_record(records: list[Record]) -> Record | None:
    """Returns the earliest record of the largest validation metric; None without any.

    Equal metrics are compared by the `tie_breaker` of the validation, if it has one.

    Args:
      records: Records of one phase, with or without a validation.
    """
    validated = [record for record in records if "validation" in record]
    return max(validated, key=lambda r: _rank(r["validation"]), default=None)


def _rank(validation: Mapping[str, Any]) -> tuple[float, float]:
    """Returns the numbers that a validation is selected by, the first one first."""
    return validation["metric"], validation.get("tie_breaker", -math.inf)


def _reached(records: list[Record]) -> int:
    """Returns the last epoch until which every one has its record."""
    epochs = [record["epoch"] for record in records]
    return next((n for n, epoch in enumerate(epochs) if epoch != n + 1), len(epochs))


def _last_with_all(records: list[Record], done: int, best: int) -> int:
    """Returns the last epoch, at most `done`, that has its records and best state.

    Args:
      records: The records of the phase.
      done: The epoch of a state that is there.
      best: The epoch of the best state that is there. A later one than `done` is that
        of epochs that are done again.
    """
    done = min(done, _reached(records))
    while (needed := best_record(records[:done])) and needed["epoch"] > best:
        # Without that epoch, an earlier one is the best.
        done = needed["epoch"] - 1
    return done
