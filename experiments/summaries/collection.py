"""Result files of a task, checked before anything is averaged over them."""

import json
import pathlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from experiments.summaries.labels import split_folder
from experiments.summaries.result_check import require_result
from experiments.summaries.result_file import read_json
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

# Folder of a method, such as `ldrsp` or `ldrsp-unet` -> the result of each seed.
Results = dict[str, list[dict[str, Any]]]


# Settings that may differ between runs of one mean: drawing figures and measuring more
# change no figure, and a draw of synthetic data is a seed of its own.
_FREE_SETTINGS = ("seed", "draw", "figures", "controls", "ensemble")


def load_results(
    folder: pathlib.Path,
    task: str,
    *needed: str,
    methods: Collection[str] | None = None,
) -> Results:
    """Loads the complete results of a task: method's folder -> result of each seed.

    Args:
      folder: The folder that holds `<task>/<method>[-<networks>]/seed<k>/result.json`.
      task: The task's name.
      *needed: The parts of a result that have to be there (`require_result`).
      methods: The folders of methods to load, `<method>[-<networks>]`; all by default.

    Raises:
      UsageError: A file is no result, or is the result of another run than its path
        names, or the runs of a method have different settings.
    """
    found: Results = {}
    for path in sorted(folder.glob(f"{task}/*/seed*/result.json")):
        if methods is not None and path.parts[-3] not in methods:
            continue
        result = _read_result(path, task, needed)
        if result["complete"]:
            found.setdefault(path.parts[-3], []).append(result)
    for method, results in found.items():
        differing = differing_settings(task, [r.get("config", {}) for r in results])
        if differing:
            raise UsageError(
                f"The runs of {task}/{method} in {folder} differ in more than their "
                f"seed ({', '.join(differing)}); a mean over them would be meaningless."
            )
    return found


def _read_result(
    path: pathlib.Path, task: str, needed: Sequence[str]
) -> dict[str, Any]:
    """Reads the result of the task's run that the path names."""
    method, seed = path.parts[-3:-1]
    result = read_json(path)
    if result is None:
        raise UsageError(f"{path} is no file; remove it.")
    require_result(path, result, *needed)
    # A copy in a wrong place would count a seed twice, or for another method.
    run = (result["task"], result["method"], f"seed{result['seed']}")
    if run != (task, split_folder(method)[0], seed):
        raise UsageError(
            f"{path} holds the run {'/'.join(run)}; move it to that run's folder."
        )
    return result


def differing_settings(task: str, configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Returns the names of settings in which runs of a task differ.

    No mean may be taken over runs that differ. A run that is older than a setting is
    given its default, which repeats what runs did before there was the setting.

    Args:
      task: The task's name.
      configs: The settings of each run; those that may differ are ignored.
    """
    names = set().union(*configs)
    if any(config.keys() != names for config in configs):
        defaults = _default_settings(task)
        configs = [{**defaults, **config} for config in configs]
    return [
        name
        for name in sorted(names - set(_FREE_SETTINGS))
        if len({json.dumps(config.get(name), sort_keys=True) for config in configs}) > 1
    ]


def _default_settings(task: str) -> dict[str, Any]:
    return get_task(task).config.defaults()
