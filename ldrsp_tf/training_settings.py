"""The numbers of a training."""

import dataclasses

from ldrsp_tf.sampling import SamplingSettings


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
    sampling: SamplingSettings = dataclasses.field(default_factory=SamplingSettings)
