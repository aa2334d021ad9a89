"""The settings of the generators that a cross-fitted run begins with."""

from typing import Any

from experiments.tasks.config import GENERATOR_TRAINING, Config
from experiments.tasks.recipes import get_recipe
from experiments.tasks.task import Task
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import LARGEST_SEED

# Settings of a run's stages, which do not hold for those generators.
_STAGE_SETTINGS = (
    "first_method",
    "first_epochs",
    "first_settings",
    "folds",
    "pretraining_epochs",
)

# Settings of D's training; the method that trains those generators has its own.
_SCORE_SETTINGS = (
    "truth_weight",
    "margin",
    "binarised_oracle",
    "source_shares",
    "discriminators",
)

_SEEDS_APART = 1000  # So that no generator has the seed of another run's.


def first_stage(task: Task, config: Config, member: int) -> Config:
    """Returns the settings of a generator that a cross-fitted run begins with.

    They are those of `--first_method` on this task, except for the generator's network,
    the epochs and `--first_settings`, which the run sets; settings that neither method
    overrides are the run's. Those of a stock recipe are all the run's.

    Args:
      task: The task of the run.
      config: The settings of the run.
      member: The number of the generator, from 0.

    Raises:
      UsageError: The method has no generator.
    """
    _require_generator(config.first_method)
    return _stage(task, config, member)


def training_of_g(task: Task, config: Config) -> dict[str, Any]:
    """Returns the settings that the generators of a run are trained with, by flat name.

    In a cross-fitted run they are not all the run's own.

    Args:
      task: The task of the run.
      config: The settings of the run.
    """
    trained = _stage(task, config, 0) if config.folds else config
    settings = trained.as_dict()
    return {name: settings[name] for name in GENERATOR_TRAINING}


def _stage(task: Task, config: Config, member: int) -> Config:
    of_method = task.overrides.get(config.first_method, {})
    usual = {**config.flat_defaults(), **task.settings, **of_method}
    overridden = {*task.overrides.get(config.method, {}), *of_method}
    if config.method in config.STOCK:
        overridden = set()
    names = {*overridden, *_SCORE_SETTINGS}
    names -= {*config.GENERATOR_SETTINGS, *_STAGE_SETTINGS, *config.first_settings}
    of_stage = {
        **{name: usual[name] for name in names},
        "method": config.first_method,
        "epochs": config.first_epochs,
        "folds": 0,
        "refit": False,
        "late_refit": False,
        "seed": (_SEEDS_APART * (config.seed + 1) + member) % (LARGEST_SEED + 1),
    }
    return config.replace(**of_stage)


def _require_generator(first_method: str) -> None:
    # Settings are listed without TensorFlow, which methods need.
    from ldrsp_tf.methods import get_method

    recipe = get_recipe(first_method)
    if recipe.fit or not get_method(recipe.method).has_generator:
        raise UsageError(
            f"--first_method={first_method} has no generator to train; choose another "
            "method."
        )
