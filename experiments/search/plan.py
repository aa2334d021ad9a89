"""The plan of a sweep: a method on a task, a space, and the seeds of each trial."""

import dataclasses
import functools
import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.tasks.config import BOUNDS, SINGLE_VALUES, Config
from experiments.tasks.first_stage import training_of_g
from experiments.tasks.ranges import Space
from experiments.tasks.recipes import get_recipe
from experiments.tasks.task import Task
from ldrsp_tf.errors import UsageError

Settings = dict[str, Any]


SAMPLERS = ("tpe", "random")

# Settings of the length of a training, of which trials may have less than runs.
_LENGTHS = (*BOUNDS, *BOUNDS.values(), "validation_interval")


@dataclasses.dataclass(frozen=True)
class Plan:
    """The plan of a sweep; two sweeps of one plan can share their trials.

    Attributes:
      task: The task.
      method: The name of the recipe.
      given: Settings that the user has fixed, by name; they are not searched.
      seed: The first seed of a trial's runs, and the seed of the proposals.
      seeds: The number of runs of a trial; its value is the mean over them.
      sampler: The algorithm that proposes settings, one of `SAMPLERS`.
      pruning: Whether trials that fall behind the median are stopped.
      held_rate: Whether the learning rates of trials stay as they are at first, so that
        short trials stand for longer runs, whose rates fall later.
    """

    task: Task
    method: str
    given: Mapping[str, Any]
    seed: int = 0
    seeds: int = 1
    sampler: str = "tpe"
    pruning: bool = False
    held_rate: bool = False

    @functools.cached_property
    def space(self) -> Space:
        """The range of each searched setting, extended to the task's own value.

        Settings that were found in a wider range, or set by hand, are searched near,
        and the first trial has them. One that no training reads is left out.

        Raises:
          UsageError: There is nothing to search.
        """
        module = self.task.name.partition("/")[0]
        ranges = self.task.search_space.get(self.method, {})
        searched = [n for n in ranges if n not in self.given and self._is_read(n)]
        left = {name: ranges[name] for name in searched}
        if not left:
            raise UsageError(
                f"There is nothing to search for method {self.method!r}: its space in "
                f"experiments/configs/{module}.py is empty, or every setting is given."
            )
        own = self._own_values
        return {
            name: found if own[name] is None else found.extend_to(own[name])
            for name, found in left.items()
        }

    @property
    def defaults(self) -> Settings:
        """The default of each setting of the task that has one, as JSON has it."""
        return self.own_config.defaults()

    @functools.cached_property
    def content(self) -> dict[str, str]:
        """The checksums of the user's own files, as they are at first."""
        return self.task.content(self.own_config)

    @functools.cached_property
    def own_config(self) -> Config:
        """The configuration of the first run of the given settings alone."""
        return self.configs({})[0]

    @property
    def folder(self) -> pathlib.Path:
        """Its path below the folder of all sweeps, `<task>/<method>[-<networks>]`."""
        return self.task.run_folder(self.own_config).parent

    def _is_read(self, name: str) -> bool:
        """Returns whether a training of the run reads that setting of the space."""
        if name in self._replaced:
            return False
        if name != "adversarial_weight":
            return True
        config = self.own_config
        # A cross-fitted run trains no G beside D, and its generators may learn alone.
        return not config.folds or get_recipe(config.first_method).method != "baseline"

    @property
    def _replaced(self) -> set[str]:
        """The single values in whose place a grid of candidates is given."""
        return {one for grid, one in SINGLE_VALUES.items() if grid in self.given}

    @property
    def _own_values(self) -> Settings:
        """The values that a run of the given settings trains with, by name."""
        config = self.own_config
        return {**config.as_dict(), **training_of_g(self.task, config)}

    @property
    def own_settings(self) -> Settings:
        """The task's own values of the searched settings, where the space has them."""
        own = self._own_values
        return {
            name: own[name]
            for name, found in self.space.items()
            if own[name] is not None and own[name] in found
        }

    def overrides(self, settings: Settings) -> Settings:
        """Returns a trial's settings as a configuration of the method may keep them.

        Places of files are not its own, and a trial may be shorter than a run.

        Args:
          settings: The proposed settings of the trial.
        """
        left_out = {*self.own_config.path_settings, *_LENGTHS}
        kept = {k: v for k, v in self.given.items() if k not in left_out} | settings
        named = self.configs(settings)[0].first_settings
        # The method may have a single value, which would stand above the grid.
        usual = self.task.settings_of(self.method, self.own_config.variant)
        kept |= {n: None for n in self._replaced - {*kept} if usual.get(n) is not None}
        of_generators = tuple(name for name in named if name in kept)
        return kept | ({"first_settings": of_generators} if of_generators else {})

    def configs(self, settings: Settings) -> list[Config]:
        """Returns the configurations of the runs of a trial, one per seed."""
        held = {"cosine_decay": False} if self.held_rate else {}
        chosen = {**held, **self.given, **settings}
        return [
            self.task.configure(self.method, {**chosen, "seed": seed})
            for seed in range(self.seed, self.seed + self.seeds)
        ]

    def as_dict(self) -> dict[str, Any]:
        """Returns what distinguishes one plan from another, as JSON reads it back."""
        config = self.task.identity(self.own_config, self.content)
        return {
            "task": self.task.name,
            "method": self.method,
            "seed": self.seed,
            "seeds": self.seeds,
            "sampler": self.sampler,
            "pruning": self.pruning,
            "space": {name: repr(found) for name, found in self.space.items()},
            # The task's own settings too: with others, values do not compare.
            "fixed": {k: v for k, v in config.items() if k not in self.space},
        }


class Sweep(NamedTuple):
    """A sweep and the places of its files.

    Attributes:
      plan: The plan.
      folder: The folder of the sweep.
      storage: The SQLite file of its trials.
    """

    plan: Plan
    folder: pathlib.Path
    storage: pathlib.Path
