"""The search of a sweep: proposals and trials, kept in a file that can be resumed."""

import contextlib
import os
import pathlib
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any, TextIO

import numpy as np
import optuna
import sqlalchemy
from optuna.trial import FrozenTrial, TrialState

from datasets.preparation.file_lock import hold_lock
from experiments.search.plan import Plan
from experiments.search.record import best_trial, ended, trial_record
from experiments.search.trials import Measure
from experiments.search.widening import Budget, Widening, widened_spaces, winning_edges
from experiments.tasks.ranges import Edge, Space
from ldrsp_tf.errors import DivergenceError, UsageError, first_line
from ldrsp_tf.training.folder_lock import claim_folder

# Trials without which a median is no basis for stopping others.
_FIRST_TRIALS = 5


# The attribute of the storage that has the widenings of the space.
_WIDENINGS = "widenings"


# The attribute of the storage that has the folder of the sweep, as a path from the
# storage's own folder: both may be moved together.
_FOLDER = "folder"


# Seconds between two looks at the trials of other processes.
_POLL_SECONDS = 0.5


class Search:
    """A sweep's trials, which several processes may share.

    Every trial's folder is claimed by the process that does it. A proposal is a
    function of the seed and of the trials before it; interrupted trials do not count,
    so a resumed search (of one process) proposes what an undisturbed one would. The
    first trial has the task's own settings, which the ranges are extended to, so that a
    sweep ends no worse than these; a 0 in a logarithmic range alone is not tried.

    If the best of all trials lies at the edge of a range, the range is widened and more
    trials follow (`Budget`). That, too, is a function of the trials before it.

    Args:
      plan: The plan of the sweep.
      folder: The folder of the sweep.
      storage: The SQLite file of its trials.
      epochs: The number of epochs of a run, after a third of which its trial may be
        stopped for falling behind.

    Raises:
      UsageError: The file is no storage, or has the trials of another plan, or of a
        sweep in another folder.
    """

    def __init__(
        self, plan: Plan, folder: pathlib.Path, storage: pathlib.Path, epochs: int
    ):
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._plan = plan
        self._folder = folder
        with self._alone():
            self._study = _open(storage, plan, epochs)
            _check_folder(self._study, folder, storage)

    @property
    def trials(self) -> list[FrozenTrial]:
        """All trials so far, interrupted ones included."""
        return self._study.get_trials()

    @property
    def widenings(self) -> list[Widening]:
        """The widenings of the space so far."""
        found = self._study.user_attrs.get(_WIDENINGS, [])
        return [Widening(**widening) for widening in found]

    @property
    def space(self) -> Space:
        """The space that trials are proposed from, after all widenings so far."""
        return widened_spaces(self._plan.space, self.widenings)[-1]

    @property
    def edges(self) -> dict[str, Edge]:
        """The edges of that space that the best trial lies at, by setting."""
        best = best_trial([trial_record(trial) for trial in self.trials])
        return winning_edges(self.space, best and best["settings"])

    def total(self, budget: Budget) -> int:
        """Returns the number of trials that there will be, as far as is known."""
        return budget.total(len(self.widenings))

    def is_complete(self, budget: Budget) -> bool:
        """Returns whether all trials have ended and the space stays as it is."""
        done = ended([trial_record(trial) for trial in self.trials])
        return len(done) >= self.total(budget) and not self._may_widen(budget)

    def run(
        self,
        budget: Budget,
        measure: Measure,
        tell: Callable[[FrozenTrial | None], None],
    ) -> None:
        """Does trials until enough are done, or under way in other processes.

        While the space may still be widened, it waits for those of other processes.

        Args:
          budget: The number of trials of the whole search.
          measure: Returns the value of settings; it works in the folder that it is
            given, and reports values on the way.
          tell: Receives each trial that ends, and None when there are enough. Other
            processes wait meanwhile.
        """
        while True:
            with self._alone():
                self._forget_abandoned()
                is_waiting = self._is_waiting(budget)
                claimed = None if is_waiting else self._next(budget)
                if claimed is None and not is_waiting:
                    tell(None)
                    return
            if claimed is None:
                time.sleep(_POLL_SECONDS)
                continue
            trial, lock = claimed
            with lock:
                self._do(trial, measure)
            with self._alone():
                tell(self.trials[trial.number])

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Makes other processes of the search wait meanwhile."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with hold_lock(self._folder / "search.lock"):
            yield

    def _is_waiting(self, budget: Budget) -> bool:
        """Returns whether trials of other processes decide if more are needed."""
        running = [t for t in self.trials if t.state == TrialState.RUNNING]
        enough = len(self._counted()) >= self.total(budget)
        return bool(running) and enough and len(self.widenings) < budget.widenings

    def _may_widen(self, budget: Budget) -> bool:
        return len(self.widenings) < budget.widenings and bool(self.edges)

    def _counted(self) -> list[FrozenTrial]:
        return [t for t in self.trials if t.state != TrialState.FAIL]

    def _next(self, budget: Budget) -> tuple[optuna.Trial, TextIO] | None:
        """Proposes a trial and claims its folder; None if there are enough."""
        if len(self._counted()) >= self.total(budget) and self._may_widen(budget):
            self._widen()
        if len(self._counted()) >= self.total(budget):
            return None
        trial = self._propose()
        lock = claim_folder(self._trial_folder(trial.number))
        if lock is None:
            raise UsageError(
                f"Another process works in {self._trial_folder(trial.number)}, the "
                "folder of a new trial; choose another --output_dir."
            )
        return trial, lock

    def _widen(self) -> None:
        best = best_trial([trial_record(trial) for trial in self.trials])
        assert best is not None
        widening = Widening(len(self._counted()), best["number"], self.edges)
        widenings = [*self.widenings, widening]
        self._study.set_user_attr(_WIDENINGS, [w.as_dict() for w in widenings])

    def _propose(self) -> optuna.Trial:
        space, before = self.space, len(self._counted())
        self._study.sampler = self._sampler(before)
        if not before:
            own = self._plan.own_settings
            encoded = {name: space[name].encode(value) for name, value in own.items()}
            self._study.enqueue_trial(encoded)
        trial = self._study.ask()
        settings = {name: space[name].suggest(trial, name) for name in space}
        trial.set_user_attr("settings", settings)
        return trial

    def _sampler(self, trials: int) -> optuna.samplers.BaseSampler:
        """Returns the sampler of the trial after so many others."""
        sequence = np.random.SeedSequence((self._plan.seed, trials))
        seed = int(sequence.generate_state(1)[0])
        if self._plan.sampler == "random":
            return optuna.samplers.RandomSampler(seed=seed)
        # A joint model would propose from ranges as they were at first.
        multivariate = False if self.widenings else None
        return optuna.samplers.TPESampler(seed=seed, multivariate=multivariate)

    def _forget_abandoned(self) -> None:
        """Marks the trials whose processes have ended before them as failed."""
        running = [t.number for t in self.trials if t.state == TrialState.RUNNING]
        for number in running:
            lock = claim_folder(self._trial_folder(number))
            if lock is None:
                continue
            with lock:
                # It may have ended between the look at its state and at its folder.
                if self.trials[number].state == TrialState.RUNNING:
                    self._study.tell(number, state=TrialState.FAIL)
                    shutil.rmtree(self._trial_folder(number))

    def _trial_folder(self, number: int) -> pathlib.Path:
        return self._folder / "trials" / str(number)

    def _do(self, trial: optuna.Trial, measure: Measure) -> None:
        begin = time.perf_counter()

        def report(step: int, value: float) -> None:
            trial.report(value, step)
            if trial.should_prune():
                raise optuna.TrialPruned

        folder = self._trial_folder(trial.number)
        try:
            value = measure(trial.user_attrs["settings"], folder, report)
            outcome: dict[str, Any] = {"values": value}
        except optuna.TrialPruned:
            outcome = {"state": TrialState.PRUNED}
        except DivergenceError as error:
            # The settings are at fault, and the sampler should know.
            trial.set_user_attr("error", str(error))
            outcome = {"state": TrialState.PRUNED}
        trial.set_user_attr("seconds", time.perf_counter() - begin)
        self._study.tell(trial, **outcome)


def _open(storage: pathlib.Path, plan: Plan, epochs: int) -> optuna.Study:
    pruner: optuna.pruners.BasePruner = optuna.pruners.NopPruner()
    if plan.pruning:
        pruner = optuna.pruners.MedianPruner(_FIRST_TRIALS, n_warmup_steps=epochs // 3)
    storage.parent.mkdir(parents=True, exist_ok=True)
    try:
        study = optuna.create_study(
            storage=optuna.storages.RDBStorage(
                f"sqlite:///{storage}",
                # Seconds that a process waits for another one's writing.
                engine_kwargs={"connect_args": {"timeout": 60}},
            ),
            study_name="sweep",
            direction="maximize",
            pruner=pruner,
            load_if_exists=True,
        )
    except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.OptunaError) as error:
        raise UsageError(
            f"{storage} cannot be used to keep trials ({first_line(error)}); name "
            "another file by --storage."
        ) from error
    _check_plan(study, plan, storage)
    return study


def _check_plan(study: optuna.Study, plan: Plan, storage: pathlib.Path) -> None:
    """Refuses trials of another plan, whose values do not compare."""
    wanted = plan.as_dict()
    found = study.user_attrs.get("plan")
    if found is None:
        study.set_user_attr("plan", wanted)
        return
    # A version before a setting does not list it; its trials had the default.
    defaults = {n: v for n, v in plan.defaults.items() if n in wanted["fixed"]}
    found = {**found, "fixed": {**defaults, **found.get("fixed", {})}}
    differing = [name for name in wanted if found.get(name) != wanted[name]]
    if differing:
        raise UsageError(
            f"{storage} has the trials of another sweep (it differs in "
            f"{', '.join(differing)}); choose another --output_dir, or delete that one."
        )


def _check_folder(
    study: optuna.Study, folder: pathlib.Path, storage: pathlib.Path
) -> None:
    """Refuses trials whose folders are those of a sweep elsewhere.

    Those at work there would look abandoned here.
    """
    wanted = os.path.relpath(folder.resolve(), storage.resolve().parent)
    found = study.user_attrs.get(_FOLDER)
    if found is None:
        study.set_user_attr(_FOLDER, wanted)
    elif found != wanted:
        there = os.path.normpath(storage.resolve().parent / found)
        raise UsageError(
            f"{storage} has the trials of the sweep in {there}; give that folder by "
            "--output_dir, or name another file by --storage."
        )
