"""Result files of a task, checked before anything is averaged over them."""

import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.summaries.labels import split_folder
from experiments.summaries.result_file import is_result, read_json
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

# Folder of a method, such as `ldrsp` or `ldrsp-unet` -> the result of each seed.
Results = dict[str, list[dict[str, Any]]]


# What may differ between runs of one mean: drawing and measuring more change no figure.
_FREE_SETTINGS = ("seed", "figures", "controls", "ensemble")


def load_results(folder: pathlib.Path, task: str) -> Results:
    """The complete results of a task: method's folder -> result of each seed.

    Args:
      folder: Holds `<task>/<method>[-<networks>]/seed<k>/result.json`.
      task: The task's name.

    Raises:
      UsageError: A file is no result, or of another run than its folder says, or the
        runs of a method have different settings.
    """
    found: Results = {}
    for path in sorted(folder.glob(f"{task}/*/seed*/result.json")):
        result = read_json(path)
        _check(path, result)
        if result["complete"]:
            found.setdefault(path.parts[-3], []).append(result)
    for method, results in found.items():
        differing = differing_settings(task, [r.get("config", {}) for r in results])
        if differing:
            raise UsageError(
                f"The runs of {task}/{method} in {folder} differ in more than their "
                f"seed ({', '.join(differing)}); a mean over them would mean nothing."
            )
    return found


def _check(path: pathlib.Path, result: Mapping[str, Any]) -> None:
    task, method, seed = path.parts[-4:-1]
    if not is_result(result):
        raise UsageError(
            f"{path} is not the result of a run; make it anew by experiments.run."
        )
    # A copy in a wrong place would count a seed twice, or for another method.
    run = (result["task"], result["method"], f"seed{result['seed']}")
    if run != (task, split_folder(method)[0], seed):
        raise UsageError(
            f"{path} holds the run {'/'.join(run)}; move it to that run's folder."
        )


def differing_settings(task: str, configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of settings that keep runs of a task apart: no mean may be taken over them.

    A run that is older than a setting has its default, which is what all did before.
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
