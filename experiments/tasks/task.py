"""Tasks by name: data, output space, networks, settings and the paper's figures."""

import dataclasses
import importlib
import pathlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from datasets.loading import LoadedData, load
from experiments.tasks.config import Config
from experiments.tasks.inputs import NewInputs
from experiments.tasks.recipes import get_recipe
from experiments.tasks.search_spaces import Space
from ldrsp_tf.data.augmentation import Augmentation
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import get_method
from ldrsp_tf.models import Discriminator
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.spaces.base import OutputSpace

# A module of `experiments.configs` for each, imported when it is asked for.
TASKS = (
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


InputsReader = Callable[[Config, pathlib.Path, tuple[int, ...]], NewInputs]


# What a run says of its stages is not said of the generators that it begins with.
_OF_STAGES = ("first_method", "first_epochs", "folds", "pretraining_epochs")


# Whatever trains the generators judges by its own rules.
_OF_JUDGING = ("truth_weight", "binarised_oracle", "source_shares", "discriminators")


_SEEDS_APART = 1000  # So that no generator has the seed of another run's.


_SHOWN_DIGITS = 12  # Of a checksum in `config.json` and messages.


@dataclasses.dataclass(frozen=True)
class FurtherMetrics:
    """Metrics of the test rows that need more than outputs and their truth.

    Attributes:
      measure: Relaxed outputs of the test rows, `[N, ...]` -> metric -> fraction.
      notes: Sentences for the screen and the result: what the metrics rest on, or why
        one is left out, and the mend.
      checksums: SHA-256 of source files beyond those of the data set, by name.
      versions: Of software that only these metrics depend on.
    """

    measure: Callable[[np.ndarray], dict[str, float]] = lambda y: {}
    notes: tuple[str, ...] = ()
    checksums: Mapping[str, str] = dataclasses.field(default_factory=dict)
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)


def prepared_data(
    config: Config, data_dir: str | None, manual_dir: str | None
) -> LoadedData:
    """The data set of the task's name, for tasks that are of one."""
    return load(config.task, data_dir=data_dir, manual_dir=manual_dir)


def nothing_to_complete(config: Config) -> Config:
    """For tasks whose settings do not depend on their data."""
    return config


def no_source_files(config: Config) -> dict[str, str]:
    """For tasks of a data set, whose version says what it holds."""
    del config
    return {}


def no_further_metrics(
    data: LoadedData, data_dir: str | None, manual_dir: str | None
) -> FurtherMetrics:
    """For tasks whose output space has every metric."""
    del data, data_dir, manual_dir
    return FurtherMetrics()


class Family(Protocol):
    """What tasks of one kind share: a module such as `experiments.tasks.tags`.

    Attributes:
      GENERATOR_SETTINGS: The settings that say what the generator is made of.
    """

    GENERATOR_SETTINGS: tuple[str, ...]

    def space(self, config: Config) -> OutputSpace:
        """The output space."""

    def examples(self, config: Config, split: Mapping[str, np.ndarray]) -> Examples:
        """Inputs and outputs of a split as the data set has it."""

    def augmentation(self, config: Config) -> Augmentation | None:
        """What changes a training batch at random."""

    def crops(self, config: Config, final: bool) -> Crops | None:
        """What examples are predicted by; fewer crops while training goes on."""

    def variant(self, config: Config) -> str:
        """What tells a run with other networks from the usual one; else empty."""

    def networks(self, config: Config, examples: Examples) -> tuple[Any, Discriminator]:
        """A new generator and a new discriminator for such examples."""

    def read_inputs(
        self, config: Config, path: pathlib.Path, shape: tuple[int, ...]
    ) -> NewInputs:
        """Reads inputs of that shape to predict for."""

    def require_output(self, path: pathlib.Path) -> None:
        """Refuses, before anything is predicted, what predictions cannot go to."""

    def write_predictions(
        self,
        config: Config,
        path: pathlib.Path,
        inputs: NewInputs,
        rows: Mapping[str, np.ndarray],
        scores: np.ndarray | None,
        decoder_params: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Writes relaxed outputs `[N, ...]`, by row, and D's scores of the refined."""


@dataclasses.dataclass(frozen=True)
class Task:
    """A task.

    Attributes:
      name: Its value of `--task`.
      title: What a table calls it.
      family: Space, examples and networks.
      config: Builds the configuration of a method.
      overrides: Settings that differ per method.
      variants: Settings that differ with other networks (`Family.variant`), of all
        methods or, as `<method>-<networks>`, of one.
      paper: The paper's figures, method -> row -> percent.
      search_space: What a sweep searches, method -> setting -> range.
      paper_metric: The metric that they are of; None where there are none.
      complete: Fills in the settings that follow from the data, such as the size of its
        images, where they are None.
      load: Loads what a configuration is of, given the folders of prepared data and of
        original files.
      source_checksums: The SHA-256 of files of the user's own that a configuration
        names, by name: with other content, it is another run.
      read_inputs: Reads what to predict for, given the configuration, a path and the
        shape of one input; the family's way by default.
      reads_sources_again: Whether it needs the run's own files for that.
      further_metrics: Prepares, before a training, what its test needs besides the
        output space's metrics, given the data and the folders of prepared data and of
        original files. What is missing shows here, and not after the training.
    """

    name: str
    title: str
    family: Family
    config: type[Config]
    settings: Mapping[str, Any]
    overrides: Mapping[str, Mapping[str, Any]]
    paper: Mapping[str, Mapping[str, float]]
    variants: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    search_space: Mapping[str, Space] = dataclasses.field(default_factory=dict)
    paper_metric: str | None = None
    complete: Callable[[Config], Config] = nothing_to_complete
    load: Callable[[Config, str | None, str | None], LoadedData] = prepared_data
    source_checksums: Callable[[Config], dict[str, str]] = no_source_files
    read_inputs: InputsReader | None = None
    reads_sources_again: bool = False
    further_metrics: Callable[[LoadedData, str | None, str | None], FurtherMetrics] = (
        no_further_metrics
    )

    def configure(self, method: str, given: Mapping[str, Any]) -> Config:
        """The settings of a method on this task, those that its data decides included.

        Args:
          method: Its name.
          given: What the user sets, over the task's and the method's own values.

        Raises:
          UsageError: A setting that this task does not have, or that its data refutes.
          DataError: The data that settings follow from is at fault.
        """
        known = {field.name for field in dataclasses.fields(self.config)}
        for name in given:
            if name not in known:
                raise UsageError(f"--{name} is not a setting of task {self.name!r}.")
        chosen = {**self.settings, **self.overrides.get(method, {})}
        config = self.config(task=self.name, method=method, **{**chosen, **given})
        variant = self.family.variant(config)
        of_networks = {
            **self.variants.get(variant, {}),
            **self.variants.get(f"{method}-{variant}", {}),
        }
        return self.complete(dataclasses.replace(config, **{**of_networks, **given}))

    def first_stage(self, config: Config, member: int) -> Config:
        """The settings of a generator that a cross-fitted run begins with.

        They are those that its method has on this task, but for what the run says of
        the generator's network and of epochs; what neither method sets is the run's.

        Args:
          config: The run's.
          member: Which generator, counted from 0.

        Raises:
          UsageError: The method has no generator.
        """
        if not get_method(get_recipe(config.first_method).method).has_generator:
            raise UsageError(
                f"--first_method={config.first_method} has no generator to train; "
                "choose another method."
            )
        of_method = self.overrides.get(config.first_method, {})
        fields = {field.name: field.default for field in dataclasses.fields(config)}
        usual = {**fields, **self.settings, **of_method}
        names = {*self.overrides.get(config.method, {}), *of_method, *_OF_JUDGING}
        names -= {*self.family.GENERATOR_SETTINGS, *_OF_STAGES}
        of_stage = {
            **{name: usual[name] for name in names},
            "method": config.first_method,
            "epochs": config.first_epochs,
            "folds": 0,
            "refit": False,
            "seed": _SEEDS_APART * (config.seed + 1) + member,
        }
        return dataclasses.replace(config, **of_stage)

    @property
    def inputs_reader(self) -> InputsReader:
        """The task's own reader of inputs to predict for, or its family's."""
        return self.read_inputs or self.family.read_inputs

    def identity(self, config: Config) -> dict[str, Any]:
        """What tells one run from another: its settings, and the user's own files.

        Raises:
          DataError: A file of the user's own cannot be read.
        """
        return {**config.as_dict(), **self.content(config)}

    def content(self, config: Config) -> dict[str, str]:
        """The user's own files as a run's settings have them; all are read for it.

        Raises:
          DataError: A file of the user's own cannot be read.
        """
        return {
            f"content of {name}": checksum[:_SHOWN_DIGITS]
            for name, checksum in self.source_checksums(config).items()
        }

    def run_folder(self, config: Config) -> pathlib.Path:
        """Where a run lies below the folder of all: task, method and networks, seed."""
        variant = self.family.variant(config)
        method = f"{config.method}-{variant}" if variant else config.method
        return pathlib.Path(self.name, method, f"seed{config.seed}")


def get_task(name: str) -> Task:
    """The task of that name; UsageError names the known ones if there is none."""
    if name not in TASKS:
        raise UsageError(
            f"There is no task {name!r}; the tasks are {', '.join(TASKS)}."
        )
    return importlib.import_module(f"experiments.configs.{name}").TASK
