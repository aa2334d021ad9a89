"""A sweep's trials as actors of Ray; the driver proposes and receives values."""

import concurrent.futures
import pathlib
import threading
from collections.abc import Callable
from typing import Any

import ray
from ray.exceptions import RayActorError, RayTaskError

from datasets.loading import LoadedData
from experiments.cli.interruption import signals_interrupt
from experiments.jobs.ray_cluster import RETRIES, RayCluster
from experiments.search.plan import Plan, Settings
from experiments.search.trials import Measure, Report, validation_value
from ldrsp_tf.errors import UsageError

_POLL_SECONDS = 0.5


def search_on_ray(
    cluster: RayCluster,
    plan: Plan,
    data: LoadedData,
    search: Callable[[Measure], None],
) -> None:
    """Searches in threads of this process, each of which waits for a trial elsewhere.

    A trial whose worker is killed begins anew, with the same settings.

    Args:
      cluster: The cluster that does the trials; the data is sent to it.
      plan: The plan of the sweep.
      data: The data without its test rows.
      search: Does trials until there are enough, with the measure that it is given.
    """
    trials = _Trials(cluster, plan, data)
    at_once = cluster.at_once
    with signals_interrupt(), concurrent.futures.ThreadPoolExecutor(at_once) as threads:
        searches = [threads.submit(search, trials.measure) for _ in range(at_once)]
        try:
            for ended in searches:
                ended.result()
        except KeyboardInterrupt:
            trials.stop()
            raise


class _Trials:
    """Measures settings on a cluster; several threads may call it at a time."""

    def __init__(self, cluster: RayCluster, plan: Plan, data: LoadedData):
        remote: Any = ray.remote  # Its types do not know the options of actors.
        self._actor = remote(
            max_restarts=RETRIES,
            max_task_retries=RETRIES,
            # It returns reports while it trains.
            max_concurrency=2,
            **cluster.options,
        )(_Trial)
        self._plan = ray.put(plan)
        self._data = ray.put(data)
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Ends the running trials: their callers get a KeyboardInterrupt."""
        self._stopped.set()

    def measure(
        self, settings: Settings, folder: pathlib.Path, report: Report
    ) -> float:
        """Returns the value of settings, as `validation_value` does."""
        trial = self._actor.remote()
        value = trial.measure.remote(
            self._plan, self._data, settings, folder.absolute()
        )
        try:
            self._pass_on(trial, value, report)
            return ray.get(value)
        except RayTaskError as error:
            raise error.cause from error
        except RayActorError as error:
            raise UsageError(
                f"The worker of a trial was lost {RETRIES + 1} times ({folder})."
            ) from error
        finally:
            ray.kill(trial)

    def _pass_on(
        self, trial: "ray.actor.ActorHandle", value: ray.ObjectRef, report: Report
    ) -> None:
        """Passes reports on until the trial has its value."""
        told = 0
        done = False
        while not done:
            done = bool(ray.wait([value], timeout=_POLL_SECONDS)[0])
            answer: ray.ObjectRef = trial.reports.remote(told)
            # It may have to wait for a worker.
            while not ray.wait([answer], timeout=_POLL_SECONDS)[0]:
                self._check()
            self._check()
            for step, reached in ray.get(answer):
                told += 1
                report(step, reached)

    def _check(self) -> None:
        if self._stopped.is_set():
            raise KeyboardInterrupt


class _Trial:
    """A trial in a worker; it keeps its reports until they are asked for."""

    def __init__(self):
        self._reports: list[tuple[int, float]] = []

    def measure(
        self, plan: Plan, data: LoadedData, settings: Settings, folder: pathlib.Path
    ) -> float:
        return validation_value(
            plan, data, settings, folder, lambda *report: self._reports.append(report)
        )

    def reports(self, told: int) -> list[tuple[int, float]]:
        return self._reports[told:]
