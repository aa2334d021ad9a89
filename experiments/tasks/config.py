"""The settings of a run: a frozen dataclass of which flags and `config.json` are made.

Nothing here needs TensorFlow, so that a command can show its help at once.
"""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from experiments.cli.setting_tree import flatten, leaves, unflatten
from experiments.tasks.recipes import RECIPES
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import (
    LARGEST_FOLDS,
    LARGEST_SEED,
    OURS,
    RefinementGrid,
    TrainingSettings,
    coerce_settings,
    setting,
)

AnyConfig = TypeVar("AnyConfig", bound="Config")

# The bounds in updates of each number of epochs.
BOUNDS: Mapping[str, str] = {
    "epochs": "updates",
    "first_epochs": "first_updates",
    "pretraining_epochs": "pretraining_updates",
}

# Settings of G's training. A cross-fitted run trains no G beside D: they are of its
# generators alone, which have them of `--first_method` unless `first_settings` has the
# name.
GENERATOR_TRAINING = (
    "batch_size",
    "generator_learning_rate",
    "generator_weight_decay",
    "beta_1",
    "beta_2",
    "adversarial_weight",
    "adversarial_share",
    "cosine_decay",
)

# The single value that stands before each grid of candidates.
SINGLE_VALUES: Mapping[str, str] = {
    "step_size_grid": "step_size",
    "refinement_steps_grid": "refinement_steps",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """Settings that every task has; a family of tasks adds its own fields.

    Attributes:
      task: The name of the task.
      method: The name of the recipe (`experiments.tasks.recipes`).
      training: The settings that the library's trainer reads.
      grid: The candidates for the refinement, before `step_size` and
        `refinement_steps` narrow them (`refinement_grid`).
    """

    # The module with the family's networks; it is imported when it is needed.
    FAMILY: ClassVar[str] = ""
    # Names of the settings that describe the generator's network.
    GENERATOR_SETTINGS: ClassVar[tuple[str, ...]] = ()
    # Settings of recipes that are the same for all tasks of the family, by recipe.
    STOCK: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    # Number of seeds that a search measures a setting on.
    SEARCH_SEEDS: ClassVar[int] = 1

    task: str
    method: str
    seed: int = setting(
        0,
        OURS,
        "seed of the initial weights, the data order, all sampling and the split into "
        "training and validation rows",
        high=LARGEST_SEED,
        group="training",
    )
    validation_fraction: float = setting(
        0.2,
        OURS,
        "share of the training rows that is held out for validation, where the data "
        "has no validation rows of its own",
        high=1,
        group="data",
    )
    epochs: int = setting(
        60,
        OURS,
        "largest number of training epochs; the best epoch is chosen on validation "
        "rows",
        low=1,
        group="training",
    )
    patience: int | None = setting(
        None,
        OURS,
        "number of epochs without a better validation after which training stops; "
        "without it all epochs are trained",
        low=1,
        group="training",
    )
    updates: tuple[int, ...] = setting(
        (),
        OURS,
        "smallest and largest number of updates of a training, separated by a comma, "
        "which bound --epochs where rows are few or many; without it --epochs holds",
        low=1,
        group="training",
    )
    validation_interval: int = setting(
        2,
        OURS,
        "number of epochs from one validation to the next",
        low=1,
        group="training",
    )
    bounded_interval: bool = setting(
        True,
        OURS,
        "where --updates bounds the epochs, scale --validation_interval with them, so "
        "that there are as many validations; an interval given as a flag is not scaled",
        group="training",
    )
    retrain: bool = setting(
        True,
        OURS,
        "after the choices on validation rows, train again on all training rows, for "
        "as many updates",
        group="training",
    )
    training: TrainingSettings = dataclasses.field(
        default_factory=TrainingSettings, metadata={"group": "training"}
    )
    precision: str = setting(
        "float32",
        OURS,
        "arithmetic of the layers; weights and losses stay in single precision",
        choices=("float32", "mixed_bfloat16"),
        group="execution",
    )
    folds: int = setting(
        0,
        OURS,
        "number of cross-fitted generators, each trained without one fold of the rows; "
        "0 trains one generator together with D",
        high=LARGEST_FOLDS,
        group="training",
    )
    blind: bool = setting(
        True,
        OURS,
        "hold a fold of the rows out from each cross-fitted generator; otherwise all "
        "are trained on all rows",
        group="training",
    )
    refit: bool = setting(
        False,
        OURS,
        "after the cross-fitted generators of a run, train as many on all rows, and "
        "predict with these",
        group="training",
    )
    late_refit: bool = setting(
        False,
        OURS,
        "as --refit, but only in the final training; choices on validation rows are "
        "made with the cross-fitted generators",
        group="training",
    )
    first_method: str = setting(
        "baseline",
        OURS,
        "method that trains the cross-fitted generators, one of those of --method",
        choices=tuple(RECIPES),
        group="training",
    )
    first_epochs: int = setting(
        60,
        OURS,
        "number of epochs that cross-fitted generators are trained for",
        low=1,
        group="training",
    )
    first_updates: tuple[int, ...] = setting(
        (),
        OURS,
        "smallest and largest number of updates of cross-fitted generators, separated "
        "by a comma, which bound --first_epochs; without it --first_epochs holds",
        low=1,
        group="training",
    )
    first_validations: int = setting(
        0,
        OURS,
        "number of times that each cross-fitted generator is validated on the fold "
        "that it does not see, and its best state kept; 0 keeps the last state",
        group="training",
    )
    first_settings: tuple[str, ...] = setting(
        (),
        OURS,
        "names of settings of G's training, separated by commas, that cross-fitted "
        "generators take from this run instead of from --first_method; settings given "
        "as flags are added",
        choices=GENERATOR_TRAINING,
        group="training",
    )
    discriminators: int = setting(
        1,
        OURS,
        "number of discriminators that are trained on different examples; D is their "
        "mean",
        low=1,
        group="training",
    )
    pretraining_epochs: int = setting(
        0,
        OURS,
        "number of epochs in which D is pretrained to predict the output itself",
        group="training",
    )
    pretraining_updates: tuple[int, ...] = setting(
        (),
        OURS,
        "smallest and largest number of updates of D's pretraining, separated by a "
        "comma, which bound --pretraining_epochs; without it --pretraining_epochs "
        "holds",
        low=1,
        group="training",
    )
    pretraining_learning_rate: float = setting(
        1e-3, OURS, "learning rate of Adam in D's pretraining", group="training"
    )
    step_size: float | None = setting(
        None,
        OURS,
        "step size (eta) of the refinement; without it the best of --step_size_grid is "
        "chosen on validation rows",
        group="refinement",
    )
    refinement_steps: int | None = setting(
        None,
        OURS,
        "number of refinement steps; without it the best of --refinement_steps_grid is "
        "chosen on validation rows",
        group="refinement",
    )
    grid: RefinementGrid = dataclasses.field(
        default_factory=RefinementGrid, metadata={"group": "refinement"}
    )
    figures: bool = setting(
        False,
        OURS,
        "draw the refinement of some test examples at the end, as experiments.figures "
        "does",
        group="output",
    )
    controls: bool = setting(
        False,
        OURS,
        "also evaluate predictions that need no refinement, and refinements of 200 "
        "steps",
        group="output",
    )
    ensemble: bool = setting(
        True,
        OURS,
        "with --controls, also train as many generators as a cross-fitted run has, "
        "each on all rows, and evaluate their mean",
        group="output",
    )

    def __post_init__(self) -> None:
        coerce_settings(self)
        for name in BOUNDS.values():
            bounds = getattr(self, name)
            if bounds and (len(bounds) != 2 or bounds[0] > bounds[1]):
                raise UsageError(
                    f"--{name}={','.join(map(str, bounds))} are no bounds: give the "
                    "smallest and the largest number, separated by a comma."
                )

    @property
    def variant(self) -> str:
        """The name of networks other than the usual ones; empty for these."""
        return ""

    @property
    def refits(self) -> bool:
        """Whether generators of all rows take the place of cross-fitted ones."""
        return self.refit or self.late_refit

    def refinement_grid(self) -> RefinementGrid:
        """Returns the candidates for the refinement; a given value is the only one."""
        narrowed: dict[str, Any] = {}
        if self.step_size is not None:
            narrowed["step_sizes"] = (self.step_size,)
        if self.refinement_steps is not None:
            narrowed["steps"] = (self.refinement_steps,)
        return dataclasses.replace(self.grid, **narrowed)

    @classmethod
    def from_flat(cls: type[AnyConfig], settings: Mapping[str, Any]) -> AnyConfig:
        """Returns the configuration with those settings, and defaults elsewhere.

        Args:
          settings: Values by their flat names, as flags have them; lists, which JSON
            makes of tuples, are taken as tuples.
        """
        values = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in settings.items()
        }
        return unflatten(cls, values)

    def replace(self: AnyConfig, **settings: Any) -> AnyConfig:
        """Returns the configuration with other values of settings, by flat names."""
        return self.from_flat({**flatten(self), **settings})

    def as_dict(self) -> dict[str, Any]:
        """Returns all settings by their flat names, as JSON reads them back."""
        return _as_json(flatten(self))

    def file_names(self) -> dict[str, str]:
        """Returns the names of the files and folders that settings give paths of."""
        return {name: path.name for name, path in self.given_paths().items()}

    def without_folders(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Returns given settings, with files named without their folders."""
        names = self.file_names()
        return {**given, **{name: names[name] for name in given if name in names}}

    def absolute_paths(self) -> dict[str, str]:
        """Returns the absolute paths of these files and folders."""
        return {name: str(path.absolute()) for name, path in self.given_paths().items()}

    @property
    def path_settings(self) -> tuple[str, ...]:
        """The names of the settings that are paths of the user's own files."""
        fields = dataclasses.fields(self)
        return tuple(f.name for f in fields if f.metadata.get("is_path"))

    def given_paths(self) -> dict[str, pathlib.Path]:
        """Returns the paths of the user's own files that settings give, by name."""
        given = {name: getattr(self, name) for name in self.path_settings}
        return {name: pathlib.Path(path) for name, path in given.items() if path}

    @classmethod
    def setting_names(cls) -> set[str]:
        """Returns the flat names of all settings, task and method included."""
        return {leaf.name for leaf in leaves(cls)}

    @classmethod
    def flat_defaults(cls) -> dict[str, Any]:
        """Returns the default of each setting that has one, by its flat name."""
        return {
            leaf.name: leaf.field.default
            for leaf in leaves(cls)
            if leaf.field.default is not dataclasses.MISSING
        }

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Returns the default of each setting that has one, as `as_dict` would."""
        return _as_json(cls.flat_defaults())


def _as_json(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in settings.items()
    }
