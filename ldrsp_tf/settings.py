"""The settings of a training and of the choice of a refinement.

Dataclasses without TensorFlow, so that a command can list them at once.
"""

import dataclasses

from ldrsp_tf.errors import UsageError


@dataclasses.dataclass(frozen=True)
class SamplingSettings:
    """How far samples travel.

    Attributes:
      inference_steps: Steps of refinement of an inference sample.
      inference_step_size: Its eta.
      adversarial_steps: Steps up the discriminator's loss.
      adversarial_step_size: Their size.
      normalized_gradient: Eq. 9's normalised gradient in all, rather than Eq. 8's.
      chain_batches: Batches that a replay keeps.
      chain_steps: Steps of a chain between two visits; each of inference_step_size.
      chain_length: Steps after which a chain starts anew.
    """

    inference_steps: int = 10
    inference_step_size: float = 0.5
    adversarial_steps: int = 1
    adversarial_step_size: float = 0.5
    normalized_gradient: bool = True
    chain_batches: int = 10
    chain_steps: int = 5
    chain_length: int = 30


@dataclasses.dataclass(frozen=True)
class TrainingSettings:
    """Numbers of the training that no method fixes.

    Attributes:
      batch_size: Examples of a step.
      generator_learning_rate: Adam's, for G.
      discriminator_learning_rate: Adam's, for D.
      beta_1: Adam's momentum term, 0.5 in the paper.
      adversarial_weight: Factor of the adversarial term of Eq. 6, against a surrogate
        loss that is *averaged* over the labels (1 in the paper, which does not say
        whether it sums or averages them).
      cosine_decay: Both learning rates fall along half a cosine to 0, epoch by epoch.
      penalty_weight: Factor of the method's penalty in D's loss.
      source_shares: Shares of the method's sources, where a task changes them.
      sampling: How D's extra samples travel.
    """

    batch_size: int = 32
    generator_learning_rate: float = 1e-3
    discriminator_learning_rate: float = 1e-3
    beta_1: float = 0.5
    adversarial_weight: float = 1.0
    penalty_weight: float = 10.0
    cosine_decay: bool = False
    source_shares: tuple[float, ...] | None = None
    binarised_oracle: bool | None = None
    truth_weight: float | None = None
    sampling: SamplingSettings = dataclasses.field(default_factory=SamplingSettings)


@dataclasses.dataclass(frozen=True)
class RefinementGrid:
    """What a refinement is chosen from.

    Attributes:
      step_sizes: The candidates for eta.
      steps: The candidates for T.
      normalized: Eq. 9's normalised gradient rather than Eq. 8's.

    Raises:
      UsageError: There is no candidate, or a negative one.
    """

    step_sizes: tuple[float, ...] = (0.25, 0.5, 1.0)
    steps: tuple[int, ...] = tuple(range(1, 21))
    normalized: bool = True

    def __post_init__(self):
        for name in ("step_sizes", "steps"):
            candidates = getattr(self, name)
            if len(candidates) == 0 or min(candidates) < 0:
                raise UsageError(
                    f"The refinement's {name} are {tuple(candidates)}: at least one is "
                    "needed, and none below 0."
                )
