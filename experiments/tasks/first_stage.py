"""The settings of the generators that a cross-fitted run begins with."""

from experiments.tasks.config import Config
from experiments.tasks.recipes import get_recipe
from experiments.tasks.task import Task
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import LARGEST_SEED

# Settings of a run's stages, which do not hold for those generators.
_STAGE_SETTINGS = ("first_method", "first_epochs", "folds", "pretraining_epochs")

# Settings of D's training; the method that trains those generators has its own.
_SCORE_SETTINGS = (
    "truth_weight",
    "margin",
    "binarised_oracle",
    "source_shares",
    "discriminators",
)

# Settings of G's training. A cross-fitted run trains no G beside D: they are of those
# generators alone, and hold where the user gives them.
_GENERATOR_TRAINING = (
    "batch_size",
    "generator_learning_rate",
    "generator_weight_decay",
    "beta_1",
    "beta_2",
    "adversarial_weight",
    "adversarial_share",
    "cosine_decay",
)

_SEEDS_APART = 1000  # So that no generator has the seed of another run's.


def first_stage(task: Task, config: Config, member: int) -> Config:
    """Returns the settings of a generator that a cross-fitted run begins with.

    They are those of `--first_method` on this task, except for the generator's network,
    the epochs and what the user gives for the training of G, which the run sets;
    settings that neither method overrides are the run's. Those of a stock recipe are
    all the run's.

    Args:
      task: The task of the run.
      config: The settings of the run.
      member: The number of the generator, from 0.

    Raises:
      UsageError: The method has no generator.
    """
    _require_generator(config.first_method)
    of_method = task.overrides.get(config.first_method, {})
    usual = {**config.flat_defaults(), **task.settings, **of_method}
    overridden = {*task.overrides.get(config.method, {}), *of_method}
    if config.method in config.STOCK:
        overridden = set()
    names = {*overridden, *_SCORE_SETTINGS}
    names -= {*config.GENERATOR_SETTINGS, *_STAGE_SETTINGS, *_given(task, config)}
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


def _given(task: Task, config: Config) -> set[str]:
    """Returns the settings of G's training that the run's method does not have so."""
    usual = task.config.from_flat(task.settings_of(config.method, config.variant))
    before, now = usual.as_dict(), config.as_dict()
    return {name for name in _GENERATOR_TRAINING if now[name] != before[name]}


def _require_generator(first_method: str) -> None:
    # Settings are listed without TensorFlow, which methods need.
    from ldrsp_tf.methods import get_method

    recipe = get_recipe(first_method)
    if recipe.fit or not get_method(recipe.method).has_generator:
        raise UsageError(
            f"--first_method={first_method} has no generator to train; choose another "
            "method."
        )
