"""Sweeps from their plans to `sweep.json`, in the process that trains."""

import functools
import importlib.metadata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from datasets.loading import LoadedData
from experiments.cli.setting_flags import as_flags
from experiments.runs.environment import versions
from experiments.search.display import show_trial, show_widening
from experiments.search.plan import Plan, Sweep
from experiments.search.record import sweep_content, trial_record
from experiments.search.study import Search
from experiments.search.trials import (
    run_epochs,
    validation_value,
    without_test_rows,
)
from experiments.search.widening import Budget
from experiments.summaries.result_file import write_json
from ldrsp_tf.errors import UsageError

if TYPE_CHECKING:
    from experiments.jobs.ray_cluster import RayCluster


def do_sweeps(
    sweeps: Sequence[Sweep],
    budget: Budget,
    data: LoadedData,
    cluster: "RayCluster | None" = None,
) -> dict[str, str]:
    """Does sweeps of a task, one after the other.

    A method that is refused, by its own fit for instance, keeps no other one from its
    sweep.

    Args:
      sweeps: The sweeps in their order.
      budget: The number of trials of each.
      data: The data of the task, whose test rows are left out.
      cluster: The cluster that does the trials; this process if None.

    Returns:
      The sentence of its refusal, for each method that was refused.
    """
    refused = {}
    rows = without_test_rows(data)
    # Opened before the first trial: a file of another sweep is refused at once.
    searches = [Search(*sweep, run_epochs(sweep.plan, rows)) for sweep in sweeps]
    for sweep, search in zip(sweeps, searches, strict=True):
        keeper = _Keeper(sweep, search, budget, data, cluster.at_once if cluster else 1)
        run = functools.partial(search.run, budget, tell=keeper.tell)
        try:
            if cluster is None:
                run(functools.partial(validation_value, sweep.plan, rows))
            else:
                from experiments.search.ray_trials import search_on_ray

                search_on_ray(cluster, sweep.plan, rows, run)
        except UsageError as error:
            refused[sweep.plan.method] = str(error)
    return refused


class _Keeper:
    """Keeps `sweep.json` up to date, and shows trials."""

    def __init__(
        self,
        sweep: Sweep,
        search: Search,
        budget: Budget,
        data: LoadedData,
        at_once: int,
    ):
        self._sweep = sweep
        self._search = search
        self._budget = budget
        self._at_once = at_once
        self._shown_widenings = len(search.widenings)
        self._origin = {
            "versions": {**versions(), "optuna": importlib.metadata.version("optuna")},
            "data": data.checksums,
            "command": _command(sweep.plan, budget),
        }

    def tell(self, trial: Any) -> None:
        """Writes the file after a trial; None at the end of the search."""
        search = self._search
        records = [trial_record(trial) for trial in search.trials]
        content = sweep_content(
            self._sweep.plan,
            self._budget,
            records,
            search.widenings,
            search.edges,
            search.is_complete(self._budget),
            self._origin,
        )
        write_json(self._sweep.folder / "sweep.json", content)
        total = search.total(self._budget)
        for widening in content["widenings"][self._shown_widenings :]:
            show_widening(widening, total)
        self._shown_widenings = len(content["widenings"])
        if trial is not None:
            show_trial(records, trial.number, total, self._at_once)


def _command(plan: Plan, budget: Budget) -> str:
    """Returns the command that repeats the sweep, wherever the data lies.

    The user's own files are named without their folders.
    """
    sweep = {
        "task": plan.task.name,
        "method": plan.method,
        "trials": budget.trials,
        "widenings": budget.widenings,
        "seed": plan.seed,
        "seeds": plan.seeds,
        "sampler": plan.sampler,
        "pruning": plan.pruning,
        "held_rate": plan.held_rate,
    }
    given = plan.own_config.without_folders(plan.given)
    settings = as_flags({**sweep, **given})
    return f"python -m experiments.sweep {settings}"
