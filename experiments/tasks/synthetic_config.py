"""The settings of runs on synthetic data; nothing here needs TensorFlow."""

import dataclasses

from experiments.tasks.mask_config import MaskConfig
from experiments.tasks.tag_config import TagConfig
from ldrsp_tf.settings import OURS, setting

_ROWS = "number of training rows, the first ones of the data; without it all of them"
_DRAW = "number of the draw of the data: other rows of the same generative model"

# The generators of random numbers have seeds of 32 bits, which begin at that of draw 0.
_LARGEST_DRAW = 2**31 - 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class SyntheticTagConfig(TagConfig):
    """Adds the parameters of synthetic tags (`synthetic_tags.generative_model`)."""

    dependence: float = setting(
        1.0,
        OURS,
        "share of the rows whose tags are drawn together; those of the others are "
        "drawn one by one, with their probabilities given the words",
        high=1,
        group="data",
    )
    copies: int = setting(
        1,
        OURS,
        "number of times that the first tag of each group stands among the labels",
        low=1,
        group="data",
    )
    evidence: float = setting(
        0.15,
        OURS,
        "probability that a tag brings a word of its own",
        high=1,
        group="data",
    )
    rows: int | None = setting(None, OURS, _ROWS, low=1, group="data")
    draw: int = setting(0, OURS, _DRAW, high=_LARGEST_DRAW, group="data")


@dataclasses.dataclass(frozen=True, kw_only=True)
class SyntheticShapeConfig(MaskConfig):
    """Adds those of synthetic shapes (`synthetic_shapes.generative_model`)."""

    occlusion: float = setting(
        0.0,
        OURS,
        "share of an animal's pixels that blocks of background hide",
        high=1,
        group="data",
    )
    rows: int | None = setting(None, OURS, _ROWS, low=1, group="data")
    draw: int = setting(0, OURS, _DRAW, high=_LARGEST_DRAW, group="data")
