"""Tasks by name: data, output space, networks, settings and the paper's figures.

Importing a task does not import TensorFlow, so that a command can check its flags and
show its help at once; the family of a task, which needs it, is imported on access.
"""

import dataclasses
import importlib
import pathlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

import numpy as np

from datasets.loading import LoadedData, load
from datasets.preparation.mulan_sets import SETS as MULAN_SETS
from experiments.tasks.config import (
    BOUNDS,
    GENERATOR_TRAINING,
    SINGLE_VALUES,
    Config,
)
from experiments.tasks.ignored_settings import require_read_settings
from experiments.tasks.inputs import NewInputs
from experiments.tasks.ranges import Space
from experiments.tasks.recipes import get_recipe
from ldrsp_tf.errors import UsageError

if TYPE_CHECKING:
    import keras

    from ldrsp_tf.data.augmentation import Augmentation
    from ldrsp_tf.data.examples import Examples
    from ldrsp_tf.models import Discriminator
    from ldrsp_tf.prediction.crops import Crops
    from ldrsp_tf.spaces.base import OutputSpace

# A module of `experiments.configs` for each, imported when it is asked for.
_MODULES = (
    "synthetic_shapes",
    "synthetic_tags",
    "bibtex",
    "bookmarks",
    "delicious",
    "weizmann_horse",
    "lfw_parts",
    "arff",
    "image_folder",
)

# Modules with a task for each of several data sets, `<module>/<set>`.
_SUITES = {"mulan": tuple(MULAN_SETS)}

# The values of `--task`.
TASKS = (
    *_MODULES,
    *(f"{suite}/{one}" for suite, sets in _SUITES.items() for one in sets),
)

# The same as a text, in which a suite stands once.
TASK_LIST = ", ".join(
    (
        *_MODULES,
        *(
            f"{suite}/SET with one of the sets {', '.join(sets)}"
            for suite, sets in _SUITES.items()
        ),
    )
)


# The setting for other networks that a stock recipe takes beside the shape of G.
_GENERATOR_RATE = "generator_learning_rate"


_SHOWN_DIGITS = 12  # Of a checksum in `config.json` and messages.


class MethodVariant(NamedTuple):
    """A method with networks other than the usual ones.

    Attributes:
      method: The name of the method; None for all methods.
      networks: The name of the networks (`Config.variant`).
    """

    method: str | None
    networks: str


@dataclasses.dataclass(frozen=True)
class FurtherMetrics:
    """Metrics of the test rows that need more than outputs and their ground truth.

    Attributes:
      measure: Relaxed outputs of the test rows, `[N, ...]` -> metric -> fraction.
      notes: Sentences for the screen and the result: the basis of the metrics, or the
        reason why one is left out, and the mend.
      checksums: SHA-256 of source files beyond those of the data set, by name.
      versions: Versions of software that only these metrics depend on, by name.
    """

    measure: Callable[[np.ndarray], dict[str, float]] = lambda y: {}
    notes: tuple[str, ...] = ()
    checksums: Mapping[str, str] = dataclasses.field(default_factory=dict)
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)


def prepared_data(
    config: Config, data_dir: str | None, manual_dir: str | None
) -> LoadedData:
    """Loads the data set that has the task's name."""
    return load(config.task, data_dir=data_dir, manual_dir=manual_dir)


def nothing_to_complete(config: Config) -> Config:
    """Returns the settings as they are, for tasks whose data decides none of them."""
    return config


def no_source_files(config: Config) -> dict[str, str]:
    """Returns no checksums, for tasks of a data set whose version identifies it."""
    del config
    return {}


def no_further_metrics(
    data: LoadedData, data_dir: str | None, manual_dir: str | None
) -> FurtherMetrics:
    """Returns no metrics, for tasks whose output space has them all."""
    del data, data_dir, manual_dir
    return FurtherMetrics()


class DescribedInputs(NamedTuple):
    """Functions for inputs to predict for that need the description of a run's data.

    Each takes the description (`LoadedData.inputs`) first.

    Attributes:
      read: Reads raw inputs at a path.
      preprocessing: Returns the preprocessing of raw inputs, None for none.
      columns: Returns the names of the columns of x, and those of the outputs.
    """

    read: Callable[[Mapping[str, Any], pathlib.Path], NewInputs]
    preprocessing: "Callable[[Mapping[str, Any]], keras.Model | None]"
    columns: Callable[[Mapping[str, Any]], tuple[list[str], list[str]]]


class Family(Protocol):
    """The functions that tasks of one kind share: a module such as `tasks.tags`."""

    def space(self, config: Any) -> "OutputSpace":
        """Returns the output space."""

    def examples(self, config: Any, split: Mapping[str, np.ndarray]) -> "Examples":
        """Returns inputs and outputs of a split as the data set has it."""

    def preprocessing(self) -> "keras.Model | None":
        """Returns the preprocessing of raw inputs in `examples`; None without one."""

    def describe_inputs(self, shape: tuple[int, ...]) -> str:
        """Returns a phrase on raw inputs of that shape and their units."""

    def augmentation(self, config: Any) -> "Augmentation | None":
        """Returns the random augmentation of training batches, if there is one."""

    def crops(self, config: Any, final: bool) -> "Crops | None":
        """Returns the crops that examples are predicted by, fewer during training."""

    def networks(
        self, config: Any, examples: "Examples"
    ) -> "tuple[Any, Discriminator]":
        """Returns a new generator and a new discriminator for such examples."""

    def read_inputs(self, path: pathlib.Path, shape: tuple[int, ...]) -> NewInputs:
        """Reads inputs of that shape to predict for."""

    def require_output(self, path: pathlib.Path) -> None:
        """Refuses a path that predictions cannot be written to."""

    def write_predictions(
        self,
        config: Any,
        path: pathlib.Path,
        inputs: NewInputs,
        outputs: Mapping[str, np.ndarray],
        scores: np.ndarray | None,
        decoder_params: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Writes relaxed outputs `[N, ...]`, by name, and D's scores of the refined."""


@dataclasses.dataclass(frozen=True)
class Task:
    """A task.

    Attributes:
      name: The value of `--task`.
      title: The name in tables.
      config: The class of the configuration, which also names the family.
      settings: Settings that differ from the defaults, by flat name.
      overrides: Settings that differ per method, by flat name.
      variants: Settings that differ with other networks, by flat name. Those of all
        methods stand below `overrides`, those of one method above.
      paper: The paper's figures, method -> row -> percent.
      default_method: The recipe of a run that names none.
      search_space: The space that a sweep searches, method -> setting -> range.
      paper_metric: The metric of the paper's figures; None where there are none.
      complete: Fills in the settings that follow from the data, such as the size of its
        images, where they are None.
      load: Loads the data of a configuration, given the folders of prepared data and of
        original files.
      source_checksums: Returns the SHA-256 of the user's own files that a configuration
        names, by name: with other content, it is another run.
      described_inputs: The functions for inputs that a run's data describe; None for
        those of the family.
      further_metrics: Prepares, before a training, the metrics of the test that the
        output space does not have, given the data and the folders of prepared data and
        of original files. A missing file shows here, and not after the training.
    """

    name: str
    title: str
    config: type[Config]
    settings: Mapping[str, Any]
    overrides: Mapping[str, Mapping[str, Any]]
    paper: Mapping[str, Mapping[str, float]]
    variants: Mapping[MethodVariant, Mapping[str, Any]] = dataclasses.field(
        default_factory=dict
    )
    search_space: Mapping[str, Space] = dataclasses.field(default_factory=dict)
    default_method: str = "ldrsp_plus"
    paper_metric: str | None = None
    complete: Callable[[Any], Config] = nothing_to_complete
    load: Callable[[Any, str | None, str | None], LoadedData] = prepared_data
    source_checksums: Callable[[Any], dict[str, str]] = no_source_files
    described_inputs: DescribedInputs | None = None
    further_metrics: Callable[[LoadedData, str | None, str | None], FurtherMetrics] = (
        no_further_metrics
    )

    @property
    def family(self) -> Family:
        """The module with space, examples and networks; it imports TensorFlow."""
        return cast(Family, importlib.import_module(self.config.FAMILY))

    def configure(self, method: str, given: Mapping[str, Any]) -> Config:
        """Returns the settings of a method on this task, completed from its data.

        Args:
          method: The name of the recipe.
          given: The user's settings by flat name, which override all others. A number
            of epochs holds, too: it is not bounded by updates unless the user does so.
            So does an interval of validations, and a grid of candidates unless the user
            gives a single value as well; settings of G's training hold for cross-fitted
            generators, too.

        Raises:
          UsageError: A setting is unknown to this task or method, out of bounds or
            contradicted by the data, or the method is unknown or not of such tasks.
          DataError: The data that settings follow from is at fault.
        """
        recipe = get_recipe(method)
        for name in given:
            if name not in self.config.setting_names():
                raise UsageError(f"--{name} is not a setting of task {self.name!r}.")
        usual = self.config.from_flat({**self.settings_of(method), **given})
        chosen = self.settings_of(method, usual.variant)
        settings = _with_given(chosen, given)
        # The generators of a stock recipe have all settings of the run.
        if method not in self.config.STOCK and settings.get("folds"):
            settings |= _of_generators(settings, given)
        config = self.config.from_flat(settings)
        recipe.require_task(config.FAMILY, getattr(config, "classes", None))
        require_read_settings(config)
        config = self.complete(config)
        # Files may have the number of classes.
        recipe.require_task(config.FAMILY, getattr(config, "classes", None))
        return config

    def settings_of(self, method: str, variant: str = "") -> dict[str, Any]:
        """Returns a method's settings before the user's own, by flat name.

        Args:
          method: The name of the recipe.
          variant: The name of networks other than the usual ones (`Config.variant`).
        """
        return {
            "task": self.name,
            "method": method,
            **self.settings,
            **self._of_networks(method, variant),
            **self.config.STOCK.get(method, {}),
            **self.overrides.get(method, {}),
            **self.variants.get(MethodVariant(method, variant), {}),
        }

    def _of_networks(self, method: str, variant: str) -> dict[str, Any]:
        """Returns the settings of all methods with such networks, as a method has them.

        A stock recipe is one rule for all data: it takes those of G's network alone.
        """
        found = self.variants.get(MethodVariant(None, variant), {})
        if method not in self.config.STOCK:
            return dict(found)
        of_generator = {*self.config.GENERATOR_SETTINGS, _GENERATOR_RATE}
        return {name: found[name] for name in found if name in of_generator}

    def identity(
        self, config: Config, content: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Returns what distinguishes a run: its settings, and the user's own files.

        Of a path the name alone is kept, to read; the content decides.

        Args:
          config: The settings.
          content: The checksums of the files, if they are known (`Task.content`).

        Raises:
          DataError: A file of the user's own cannot be read.
        """
        of_files = self.content(config) if content is None else content
        return {**config.as_dict(), **config.file_names(), **of_files}

    def content(self, config: Config) -> dict[str, str]:
        """Returns the checksums of the user's own files, all of which are read.

        Raises:
          DataError: A file of the user's own cannot be read.
        """
        return {
            f"content of {name}": checksum[:_SHOWN_DIGITS]
            for name, checksum in self.source_checksums(config).items()
        }

    def run_folder(self, config: Config) -> pathlib.Path:
        """Returns a run's path below the folder of all runs: task, method, seed."""
        method = config.method
        if config.variant:
            method = f"{method}-{config.variant}"
        return pathlib.Path(self.name, method, f"seed{config.seed}")


def _with_given(chosen: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns settings with those of the user, and without what would undo these."""
    unbounded = {bounds: () for epochs, bounds in BOUNDS.items() if epochs in given}
    several = {single: None for grid, single in SINGLE_VALUES.items() if grid in given}
    settings = {**chosen, **unbounded, **several, **given}
    if "validation_interval" in given and settings.get("updates"):
        settings.setdefault("bounded_interval", False)
    return settings


def _of_generators(
    settings: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, tuple[str, ...]]:
    """Returns the setting that lets what the user gives hold for the generators."""
    names = {*settings.get("first_settings", ()), *given}
    return {"first_settings": tuple(n for n in GENERATOR_TRAINING if n in names)}


def get_task(name: str) -> Task:
    """Returns the task of that name.

    Raises:
      UsageError: There is none; the message lists the known ones.
    """
    if name not in TASKS:
        raise UsageError(f"There is no task {name!r}; the tasks are {TASK_LIST}.")
    suite, _, one = name.partition("/")
    module = importlib.import_module(f"experiments.configs.{suite}")
    return cast(Task, module.TASKS[one] if one else module.TASK)
