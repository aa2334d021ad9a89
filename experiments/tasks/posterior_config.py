"""The settings of `prlr`; nothing here needs TensorFlow."""

import dataclasses

from ldrsp_tf.settings import OURS, coerce_settings, setting


@dataclasses.dataclass(frozen=True)
class PosteriorSettings:
    """The settings of posterior regularization, whose epochs are rounds of EM.

    Attributes:
      nuclear_weight: The weight tau of the nuclear norm of Q.
      sparsity_weight: The weight lambda of the sum of Q.
      l2_weight: The weight of the classifier's squared norm, beside a row's
        cross-entropy summed over the labels.
      start_epochs: The number of epochs on the observed tags, before the first round.
      m_step_epochs: The number of epochs of each M-step.
    """

    nuclear_weight: float = setting(
        1.0,
        OURS,
        "weight of the nuclear norm of the tag probabilities of all rows, for prlr",
    )
    sparsity_weight: float = setting(
        0.01, OURS, "weight of the sum of these probabilities, for prlr"
    )
    l2_weight: float = setting(
        3e-4,
        OURS,
        "weight of half the squared norm of the classifier's weights, for prlr",
    )
    start_epochs: int = setting(
        30,
        OURS,
        "number of epochs on the observed tags before the first round of EM, for prlr",
    )
    m_step_epochs: int = setting(
        3, OURS, "number of epochs of an M-step, for prlr", low=1
    )

    def __post_init__(self) -> None:
        coerce_settings(self)
