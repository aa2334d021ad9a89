"""Training for many epochs: validation, best state, early stopping, exact resume."""

import contextlib
import copy
import math
import os
import pathlib
import time
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import DivergenceError, TrainingError
from ldrsp_tf.evaluation.validation import Validation
from ldrsp_tf.training.checkpoints import (
    Checkpoints,
    MemoryCheckpoints,
    StateKeeper,
    rollback_on_failure,
)
from ldrsp_tf.training.fingerprint import require_same_training
from ldrsp_tf.training.history import History, Record
from ldrsp_tf.training.resume import best_record, resume
from ldrsp_tf.training.trainable import Trainable

_PHASE = "train"  # The name of a fit that is the only one in its records.


def fit(
    trainer: Trainable,
    x: tf.Tensor,
    y: tf.Tensor,
    *,
    epochs: int,
    planned_epochs: int | None = None,
    phase: str = _PHASE,
    validate: Callable[[], Validation] | None = None,
    validation_freq: int = 1,
    patience: int | None = None,
    checkpoints: StateKeeper | None = None,
    history: History | None = None,
    epochs_before: int = 0,
    on_epoch_end: Callable[[Record], None] = lambda record: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> History:
    """Trains until `epochs`, or until `patience` epochs bring nothing better.

    With checkpoints, a call goes on where an earlier one was interrupted and ends with
    the very state that an undisturbed call would have reached. Files of it that are
    lost or damaged cost the epochs since the state before (`training.resume`).

    Args:
      trainer: A built trainer.
      x: Inputs, `[N, ...]`.
      y: True outputs, `[N, ...]`.
      epochs: The number of epochs.
      planned_epochs: The epoch at which a falling learning rate ends, if training stops
        before it; `epochs` by default.
      phase: The name of this call in the records of the history.
      validate: A function that measures the present state, with a `"metric"` to
        maximize, and perhaps a `"tie_breaker"` among equal ones; None without
        validation.
      validation_freq: The number of epochs between two validations; the last epoch is
        always validated.
      patience: The number of epochs without a better metric that end the training; None
        for no such end.
      checkpoints: The keeper of states, which are kept every `validation_freq` epochs
        and at the end; None for none.
      history: The history to add records to; a new one by default.
      epochs_before: The number of epochs of earlier calls, whose data orders and draws
        are not repeated.
      on_epoch_end: A function that is called with the record of each epoch.
      should_stop: A function that returns, after each epoch, whether to keep the state
        and stop there.

    Returns:
      The history.

    Raises:
      KeyboardInterrupt: The training was stopped.
      DivergenceError: A loss is not finite.
      TrainingError: A checkpoint cannot be written, or none can be read.
    """
    if history is None:
        history = History()
    if checkpoints:
        done = resume(trainer, checkpoints, history, phase)
    else:
        done = 0
        history.forget_after(phase, done)
    while done < epochs and not _exhausted(history.phase(phase), patience):
        begin = time.perf_counter()
        trainer.set_progress(done / (planned_epochs or epochs))
        losses = trainer.train_epoch(x, y, epochs_before + done)
        seconds = time.perf_counter() - begin
        done += 1
        _check_finite(losses, done, checkpoints)
        due = done % validation_freq == 0 or done == epochs
        record = {"phase": phase, "epoch": done, "seconds": seconds, **losses}
        if due and validate is not None:
            record["validation"] = validate()
        # On disk before the checkpoint that follows: a resumed run finds the records
        # of every epoch that it does not do again.
        history.append(record)
        if due and checkpoints:
            if validate and best_record(history.phase(phase)) is record:
                checkpoints.save_best(done, history.phase(phase))
            checkpoints.save(done, history.phase(phase))
        # A copy: the best state is found by the record, whatever a user makes of it.
        on_epoch_end(copy.deepcopy(record))
        if should_stop():
            if checkpoints and not due:
                checkpoints.save(done, history.phase(phase))
            raise KeyboardInterrupt
    return history


def fit_in_folder(
    trainer: Trainable,
    examples: Examples,
    *,
    validate: Callable[[], Validation],
    folder: str | os.PathLike[str] | None,
    identity: Callable[[], Mapping[str, Any]],
    epochs: int,
    validation_freq: int,
    patience: int | None,
    epochs_before: int,
    on_epoch_end: Callable[[Record], None],
) -> tuple[History, Record]:
    """Trains as `fit` does, with its files in a folder, and restores the best epoch.

    If the training fails or is interrupted, the trainer is as before.

    Args:
      trainer: A built trainer.
      examples: Training examples.
      validate: A function that measures the present state.
      folder: The folder of checkpoints and `metrics.jsonl`; None keeps the best state
        in memory.
      identity: A function that returns the checksums of the data and the settings, by
        which a training in a folder is known (`require_same_training`).
      epochs: The number of epochs.
      validation_freq: The number of epochs between two validations.
      patience: The number of epochs without a better metric that end the training; None
        for no such end.
      epochs_before: The number of epochs of earlier calls (`fit`). A training in a
        folder knows nothing of them.
      on_epoch_end: A function that is called with the record of each epoch.

    Returns:
      The history, and the record of the best epoch.

    Raises:
      UsageError: The folder cannot be written, another process has it, or it has a
        training with other data or settings.
      TrainingError: As in `fit`.
    """
    with contextlib.ExitStack() as undone:
        history = History()
        checkpoints: StateKeeper = MemoryCheckpoints(trainer)
        if folder is not None:
            # Platforms without such locks can train in memory.
            from ldrsp_tf.training.folder_lock import hold_folder

            path = pathlib.Path(folder)
            undone.enter_context(hold_folder(path))
            require_same_training(path, identity())
            history = History(path / "metrics.jsonl")
            checkpoints = Checkpoints(trainer, path / "checkpoints")
        undone.enter_context(rollback_on_failure(trainer))
        fit(
            trainer,
            tf.constant(examples.x),
            tf.constant(examples.y),
            epochs=epochs,
            phase=_PHASE,
            validate=validate,
            validation_freq=validation_freq,
            patience=patience,
            checkpoints=checkpoints,
            history=history,
            epochs_before=0 if folder is not None else epochs_before,
            on_epoch_end=on_epoch_end,
        )
        return history, restore_best(checkpoints, history, _PHASE)


def restore_best(checkpoints: StateKeeper, history: History, phase: str) -> Record:
    """Restores the best state of a phase that is over.

    Args:
      checkpoints: The keeper of the states.
      history: The records of the phase.
      phase: The name of the phase.

    Returns:
      The record of the best epoch.

    Raises:
      TrainingError: The state is damaged, or not that of the records.
    """
    best = best_record(history.phase(phase))
    done = checkpoints.restore_best()
    if best is not None and done > best["epoch"]:
        # Of a call for more epochs, which was killed before it kept the latest state.
        done = checkpoints.restore_until(best["epoch"])
    if best is None or done != best["epoch"]:
        raise _do_not_fit("best checkpoint", done, phase, history)
    return best


def _do_not_fit(name: str, done: int, phase: str, history: History) -> TrainingError:
    return TrainingError(
        f"The {name} of phase {phase!r} is of epoch {done}, but {history.path} has "
        "another: they do not belong together. Delete both to train anew."
    )


def _exhausted(records: list[Record], patience: int | None) -> bool:
    validated = [record for record in records if "validation" in record]
    if patience is None or not validated:
        return False
    best = best_record(validated)
    return best is not None and validated[-1]["epoch"] - best["epoch"] >= patience


def _check_finite(
    losses: dict[str, float], epoch: int, checkpoints: StateKeeper | None
) -> None:
    in_files = isinstance(checkpoints, Checkpoints) and checkpoints.any_is_kept
    kept = " The last good checkpoint is kept." if in_files else ""
    for name, value in losses.items():
        if not math.isfinite(value):
            raise DivergenceError(
                f"The {name.replace('_', ' ')} of epoch {epoch} is {value}: training "
                "diverged. Try a smaller learning rate, and look for NaN in the "
                f"data.{kept}"
            )
