"""The settings of a run: a frozen dataclass, its command-line flags, its file."""

import dataclasses
from typing import Any

from ldrsp_tf.settings import RefinementGrid

PAPER = "paper"


OURS = "ours"


def setting(
    default: Any,
    source: str,
    help: str,
    low: float | None = 0,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of a configuration.

    Args:
      default: Its value where neither task nor command line says otherwise.
      source: `PAPER` if the paper fixes it, `OURS` if we chose it.
      help: What it is, for `--help`.
      low: The smallest value that makes sense, for numbers.
      high: The largest one.
      choices: All values that make sense, for words.
    """
    metadata = {
        "source": source,
        "help": help,
        "low": low,
        "high": high,
        "choices": choices,
    }
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """What every task has; a family of tasks adds its own fields."""

    task: str
    method: str
    seed: int = setting(0, OURS, "seed of weights, data order, draws and the split")
    epochs: int = setting(
        60, OURS, "most epochs; the best one is chosen on validation", low=1
    )
    patience: int | None = setting(
        None, OURS, "epochs without a better validation that end the search", low=1
    )
    validation_fraction: float = setting(
        0.2, OURS, "share of the training rows held out for every choice", high=1
    )
    validation_interval: int = setting(2, OURS, "epochs between two validations", low=1)
    retrain: bool = setting(
        True, OURS, "train anew on all training rows, for as many updates"
    )
    batch_size: int = setting(32, OURS, "examples of a step", low=1)
    generator_learning_rate: float = setting(1e-3, OURS, "Adam's, for G")
    discriminator_learning_rate: float = setting(1e-3, OURS, "Adam's, for D")
    beta_1: float = setting(0.5, PAPER, "Adam's momentum term, both networks", high=1)
    adversarial_weight: float = setting(
        1.0, PAPER, "weight of Eq. 6's second term, against the mean cross-entropy"
    )
    penalty_weight: float = setting(
        10.0, OURS, "weight of the gradient penalty of wgan_gp"
    )
    inference_steps: int = setting(10, OURS, "steps of an inference sample")
    inference_step_size: float = setting(0.5, OURS, "eta of an inference sample")
    adversarial_steps: int = setting(1, OURS, "steps of an adversarial sample")
    adversarial_step_size: float = setting(0.5, OURS, "its step size")
    source_shares: tuple[float, ...] | None = setting(
        None, OURS, "shares of the method's sources of samples, in its order"
    )
    binarised_oracle: bool | None = setting(
        None, OURS, "whether the oracle judges the thresholded output"
    )
    truth_weight: float | None = setting(
        None, OURS, "weight of the truth in D's loss of ldrsp methods (paper: 1)"
    )
    chain_batches: int = setting(10, OURS, "batches that replay chains keep", low=1)
    chain_steps: int = setting(5, OURS, "steps of a replay chain a visit", low=1)
    chain_length: int = setting(30, OURS, "steps after which it starts anew", low=1)
    folds: int = setting(
        0, OURS, "generators, each blind to a fold of the rows; 0: one, trained with D"
    )
    blind: bool = setting(
        True, OURS, "keep a fold from each of these; if not, all see all rows"
    )
    refit: bool = setting(
        False, OURS, "train as many on all rows, too, and predict with these"
    )
    first_method: str = setting("baseline", OURS, "what trains these generators")
    first_epochs: int = setting(60, OURS, "for how many epochs", low=1)
    discriminators: int = setting(
        1, OURS, "D's that learn from different examples; D is their mean", low=1
    )
    pretraining_epochs: int = setting(
        0, OURS, "epochs in which D learns to answer, before it learns to judge"
    )
    pretraining_learning_rate: float = setting(1e-3, OURS, "Adam's, for these")
    controls: bool = setting(
        False, OURS, "measure what predicts without a walk, and long walks, too"
    )
    ensemble: bool = setting(
        True, OURS, "train as many generators on all rows, as one of the controls"
    )
    precision: str = setting(
        "float32",
        OURS,
        "arithmetic of the layers; weights and losses stay in single precision",
        choices=("float32", "mixed_bfloat16"),
    )
    cosine_decay: bool = setting(False, OURS, "learning rates fall to 0 along a cosine")
    normalized_sampling: bool = setting(
        True, PAPER, "samples walk along Eq. 9's normalised gradient, not Eq. 8's"
    )
    normalized_gradient: bool = setting(
        True, PAPER, "refinement by Eq. 9's normalised gradient, not Eq. 8's"
    )
    figures: bool = setting(
        False, OURS, "draw the refinement at the end (see experiments.figures)"
    )
    step_size: float | None = setting(
        None, OURS, "eta of the refinement; chosen on validation unless given"
    )
    refinement_steps: int | None = setting(
        None, OURS, "steps of the refinement; chosen on validation unless given"
    )
    step_size_grid: tuple[float, ...] = setting(
        (0.25, 0.5, 1.0), OURS, "candidates for eta"
    )
    refinement_steps_grid: tuple[int, ...] = setting(
        tuple(range(1, 21)), OURS, "candidates for the number of steps"
    )

    def refinement_grid(self) -> RefinementGrid:
        """What a refinement is chosen from."""
        sizes, steps = self.step_size_grid, self.refinement_steps_grid
        if self.step_size is not None:
            sizes = (self.step_size,)
        if self.refinement_steps is not None:
            steps = (self.refinement_steps,)
        return RefinementGrid(sizes, steps, self.normalized_gradient)

    def as_dict(self) -> dict[str, Any]:
        """All fields, with what JSON would make of them."""
        return _as_json(dataclasses.asdict(self))

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The default of each setting that has one, as `as_dict` would give it."""
        return _as_json(
            {
                field.name: field.default
                for field in dataclasses.fields(cls)
                if field.default is not dataclasses.MISSING
            }
        )


def _as_json(settings: dict[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in settings.items()
    }
