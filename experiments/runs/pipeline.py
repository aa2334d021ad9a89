"""One run: choose on validation rows, train anew on all training rows, test once."""

import pathlib
import statistics
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from datasets.loading import LoadedData
from experiments.runs.commands import note_command
from experiments.runs.context import RunContext
from experiments.runs.display import Display
from experiments.runs.environment import peak_memory_bytes, versions
from experiments.runs.stage_files import RETRAINING, last_stage
from experiments.runs.stages import open_stages
from experiments.summaries.result_check import require_result
from experiments.summaries.result_file import INPUTS_FILE, read_json, write_json
from experiments.tasks.config import Config
from experiments.tasks.splits import split_rows
from experiments.tasks.task import FurtherMetrics
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.distribution.replicas import number_of_replicas
from ldrsp_tf.distribution.workers import broadcast_from_chief, is_chief
from ldrsp_tf.errors import UsageError
from ldrsp_tf.evaluation.diagnostics import divergence_of
from ldrsp_tf.training.folder_lock import hold_folder, unwritable
from ldrsp_tf.training.history import Record

Result = dict[str, Any]

# Settings that change nothing of a run: pictures are drawn of one that is finished.
_NO_IDENTITY = {"figures"}

_INSTEAD = "another --output_dir"  # The remedy for a folder that cannot be used.


def run(context: RunContext, display: Display, command: str) -> Result:
    """Does a run, or the rest of an interrupted one, and writes its files.

    Args:
      context: The run.
      display: The screen.
      command: The command that repeats the run, for the result.

    Returns:
      The content of `result.json`.

    Raises:
      UsageError: The folder holds a run with other settings or a damaged result, or
        another process works in it, or this worker's settings are not the chief's.
    """
    strategy, folder = context.strategy, context.folder
    identity, paths = dict(context.identity), context.config.path_settings
    defaults = context.config.defaults()
    result = broadcast_from_chief(
        strategy, lambda: check_folder(folder, identity, paths, defaults)
    )
    chiefs = broadcast_from_chief(strategy, lambda: identity)
    differing = _differing(chiefs, identity, paths)
    if differing:
        raise UsageError(f"The chief does another run than this worker ({differing}).")
    if result is not None:
        require_result(folder / "result.json", result, "selected")
        if is_chief(strategy):
            context.remember_paths()
            display.already_complete(folder)
        return result
    with hold_folder(folder, "run.lock", _INSTEAD):
        return _run(context, display, command)


def _run(context: RunContext, display: Display, command: str) -> Result:
    """Does the run in a folder that is claimed for it."""
    task, config, strategy = context.task, context.config, context.strategy
    data = task.load(config, *context.data_dirs)
    split = split_rows(task, config, data)
    further = task.further_metrics(data, *context.data_dirs)
    display.start(task, config, split.training, split.validation, split.test)
    notes = (*data.notes, *further.notes)
    display.notes(notes)
    with open_stages(context, split.training) as stages:
        earlier_commands = note_command(context.folder, command)
        if data.inputs:
            write_json(context.folder / INPUTS_FILE, dict(data.inputs))
        chosen = stages.select(split.training, split.validation)
        controls = stages.controls(split)
        if config.retrain:
            stages.retrain(split.training, split.all_training, chosen)
        controls.train()
    # No worker ends before the chief has measured: that would look like a lost worker.
    measured = broadcast_from_chief(
        strategy,
        lambda: {
            **stages.evaluate_test(chosen, split.test, further.measure),
            **controls.measure(further.measure),
        },
    )
    if config.retrain:
        retrained = stages.history.phase(RETRAINING)[-1]["epoch"]
        measured["selected"]["retraining_epochs"] = retrained
    divergence = divergence_of(measured.get("score", {}))
    notes = (*notes, *([divergence] if divergence else []))
    result = {
        "task": config.task,
        "method": config.method,
        "seed": config.seed,
        "complete": True,
        **measured,
        "notes": list(notes),
        "batch_shapes": batch_shapes(config, split.training),
        "seconds": {
            **_seconds(config, data, stages.history.records),
            **measured["seconds"],
        },
        "peak_memory_bytes": peak_memory_bytes(),
        "replicas": number_of_replicas(strategy),
        "config": dict(context.identity),
        **_provenance(data, further),
        "command": command,
        **({"earlier_commands": earlier_commands} if earlier_commands else {}),
    }
    write_json(context.folder / "result.json", result)
    return result


def _seconds(
    config: Config, data: LoadedData, records: Sequence[Record]
) -> dict[str, float]:
    """Returns the times of preparation, training and one epoch of the last stage."""
    last = last_stage(config)
    of_last = [r["seconds"] for r in records if r["phase"] == last]
    return {
        "prepare": data.prepare_seconds,
        "train": sum(record["seconds"] for record in records),
        "epoch": statistics.median(of_last),
    }


def _provenance(
    data: LoadedData, further: FurtherMetrics
) -> dict[str, Mapping[str, str]]:
    """Returns the versions of the software and the checksums of the data."""
    return {
        "versions": {**versions(), **further.versions},
        "data": {**data.checksums, **further.checksums},
    }


def batch_shapes(config: Config, training: Examples) -> dict[str, list[int]]:
    """Returns the shapes of a training batch, for which networks are built."""
    rows = config.training.rows_per_batch(len(training.x))
    return {name: [rows, *part.shape[1:]] for name, part in training._asdict().items()}


def check_folder(
    folder: pathlib.Path,
    wanted: dict[str, Any],
    paths: Collection[str] = (),
    defaults: Mapping[str, Any] = MappingProxyType({}),
) -> Result | None:
    """Checks that a run's folder holds the same run, or none yet.

    Args:
      folder: The run's folder.
      wanted: The run's identity (`Task.identity`).
      paths: The settings that are paths, whose content is compared instead.
      defaults: The values of settings that the folder's run may not list, since a
        version before them has made it.

    Returns:
      The run's result, if it is complete.

    Raises:
      UsageError: It holds another run, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        result = read_json(folder / "result.json")
        found = read_json(folder / "config.json") or (result or {}).get("config")
    except OSError as error:
        raise unwritable(folder, error, _INSTEAD) from error
    differing = (
        "" if found is None else _differing({**defaults, **found}, wanted, paths)
    )
    if differing:
        raise UsageError(
            f"{folder} holds a run with other settings ({differing}); "
            "choose another --output_dir, or delete that folder."
        )
    return result


def _differing(
    found: dict[str, Any], wanted: dict[str, Any], paths: Collection[str]
) -> str:
    """Describes the settings in which another run differs; empty if it is the same."""
    return "; ".join(
        f"{name} is {found.get(name)!r} there and {wanted.get(name)!r} here"
        for name in sorted({*found, *wanted} - _NO_IDENTITY - {*paths})
        if found.get(name) != wanted.get(name)
    )
