"""The settings of a training, and the candidates that a refinement is chosen from.

Each default stands here once, with its help, its bounds and its source; the commands of
`experiments` make their flags of it. Nothing here needs TensorFlow, so that a command
can show its help at once.
"""

import dataclasses
import math
import numbers
import types
import typing
from collections.abc import Mapping
from typing import Any

import numpy as np

from ldrsp_tf.errors import UsageError

# Sources of a default.
PAPER = "paper"
OURS = "ours"

LARGEST_SEED = 2**32 - 1  # NumPy and Keras take no larger one.
# Adam divides by 1 minus a rate, which is 0 in single precision from 1 - 3e-8 on.
_LARGEST_DECAY_RATE = 0.9999999
LARGEST_FOLDS = 255  # The fold of an image of bytes is a byte, too.

# Names that both the networks and the settings of a command need.
BODY_NAMES = ("fcn", "unet")
HEADS = ("sigmoid", "bilinear")
CLASS_MAP_METRICS = ("mean_iou", "pixel_accuracy")
PROJECTION_NAMES = ("simplex", "box")

_SEQUENCES = (list, tuple, range, np.ndarray)  # All of which a list may be given as.


@dataclasses.dataclass(frozen=True)
class Domain:
    """The values that a setting may have.

    Attributes:
      kind: The type of the value, or of each element: int, float, bool or str.
      is_list: Whether the value is a tuple of such elements.
      is_optional: Whether the value may be None.
      low: The smallest number; None for no bound.
      high: The largest number; None for no bound.
      choices: All words; empty where every word is allowed.
      is_path: Whether the text is the path of a file or folder.
    """

    kind: type = str
    is_list: bool = False
    is_optional: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    is_path: bool = False

    @classmethod
    def of(cls, field: "dataclasses.Field[Any]") -> "Domain":
        """Returns the domain of a field that was made by `setting`."""
        kind: Any = field.type
        is_optional = isinstance(kind, types.UnionType)
        if is_optional:
            (kind,) = set(typing.get_args(kind)) - {types.NoneType}
        is_list = typing.get_origin(kind) is tuple
        if is_list:
            kind = typing.get_args(kind)[0]
        names = ("low", "high", "choices", "is_path")
        others = {name: field.metadata[name] for name in names}
        return cls(kind, is_list, is_optional, **others)

    def __contains__(self, value: Any) -> bool:
        if value is None:
            return self.is_optional
        if not self.is_list:
            return self._has_element(value)
        return isinstance(value, _SEQUENCES) and all(map(self._has_element, value))

    def _has_element(self, value: Any) -> bool:
        if self.kind is bool:
            return isinstance(value, (bool, np.bool_))
        if self.kind is str:
            return isinstance(value, str) and (
                not self.choices or value in self.choices
            )
        kind = numbers.Integral if self.kind is int else numbers.Real
        is_number = isinstance(value, kind) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value):
            return False
        is_below = self.low is not None and float(value) < self.low
        is_above = self.high is not None and float(value) > self.high
        return not (is_below or is_above)

    def __str__(self) -> str:
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.kind not in (int, float):
            return "True or False" if self.kind is bool else "text"
        text = "whole number" if self.kind is int else "number"
        text = f"{text}s" if self.is_list else f"a {text}"
        if self.low is not None and self.high is not None:
            return f"{text} from {self.low} to {self.high}"
        if self.low is not None:
            return f"{text} of at least {self.low}"
        return f"{text} of at most {self.high}" if self.high is not None else text


def setting(
    default: Any,
    source: str,
    help: str,
    *,
    low: float | None = 0,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    is_path: bool = False,
    name: str = "",
    group: str = "",
) -> Any:
    """Returns a field of a dataclass of settings.

    Args:
      default: The value where nothing else is said.
      source: The source of the default: `PAPER`, or `OURS` where the paper has none.
      help: The meaning of the setting, complete without the settings around it.
      low: The smallest number that makes sense; None for no bound.
      high: The largest number that makes sense; None for no bound.
      choices: All words that make sense; empty where every word does.
      is_path: Whether the value is the path of a file or folder.
      name: The name of its flag, where it differs from the field's.
      group: The group of flags that it is listed in; by default the one of the settings
        that it belongs to.
    """
    domain = {"low": low, "high": high, "choices": choices, "is_path": is_path}
    about = {"source": source, "help": help, "name": name, "group": group}
    return dataclasses.field(default=default, metadata={**about, **domain})


def is_setting(field: "dataclasses.Field[Any]") -> bool:
    """Returns whether a field was made by `setting`."""
    return "help" in field.metadata


def coerce_settings(settings: Any) -> None:
    """Makes plain Python values of a dataclass's settings, and checks all values.

    Files keep plain values alone, by which a training is known. A dataclass of settings
    calls this in `__post_init__`; those within it have done so.

    Args:
      settings: The dataclass, which may be frozen.

    Raises:
      UsageError: A value is of another type, is not finite or is out of bounds.
    """
    for field in dataclasses.fields(settings):
        name = f"{type(settings).__name__}.{field.name}"
        kind, value = field.type, getattr(settings, field.name)
        if is_setting(field):
            value, domain = plain_value(value), Domain.of(field)
            if value not in domain:
                verb = "are" if domain.is_list else "is"
                raise UsageError(
                    f"The value of {name} is {value!r}: {domain} {verb} needed."
                )
            object.__setattr__(settings, field.name, value)
        elif (
            isinstance(kind, type)
            and dataclasses.is_dataclass(kind)
            and not isinstance(value, kind)
        ):
            raise UsageError(
                f"The value of {name} is {value!r}: a {kind.__name__} is needed."
            )


def plain_value(value: Any) -> Any:
    """Returns a value as Python's own types have it, which JSON can keep.

    Args:
      value: A number of any type, or a list, tuple, range or array, which becomes a
        tuple of such values; anything else is returned as it is.
    """
    if isinstance(value, np.ndarray):
        value = value.tolist()  # A number, if it has no axes.
    if isinstance(value, _SEQUENCES):
        return tuple(map(plain_value, value))
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    return value.item() if isinstance(value, np.generic) else value


def require_counts(low: int = 1, high: int | None = None, **counts: int) -> None:
    """Refuses numbers that are no whole numbers, or out of bounds.

    Args:
      low: The smallest number that is accepted.
      high: The largest number that is accepted; None for no bound.
      **counts: The numbers by name.

    Raises:
      UsageError: One does not fit; the message names it.
    """
    for name, count in counts.items():
        is_whole = isinstance(count, numbers.Integral) and not isinstance(count, bool)
        if not is_whole or count < low or (high is not None and count > high):
            bounds = f"of at least {low}" if high is None else f"from {low} to {high}"
            raise UsageError(f"{name} is {count!r}: a whole number {bounds} is needed.")


def valid_seed(seed: int) -> int:
    """Returns a seed as a Python integer, which files and generators take.

    Raises:
      UsageError: It is no whole number, is negative or too large.
    """
    require_counts(0, LARGEST_SEED, seed=seed)
    return int(seed)


@dataclasses.dataclass(frozen=True)
class SamplingSettings:
    """Lengths of the walks that make the discriminator's extra samples (Eq. 10).

    Attributes:
      inference_steps: Number of refinement steps of an inference sample.
      inference_step_size: Step size (eta) of an inference sample and of replay chains.
      adversarial_steps: Number of steps of an adversarial sample up D's loss.
      adversarial_step_size: Step size of an adversarial sample.
      normalized_gradient: Whether all these steps follow Eq. 9's normalized gradient
        rather than Eq. 8's.
      chain_batches: Number of batches whose replay chains are kept.
      chain_steps: Number of steps that a replay chain makes between two visits.
      chain_length: Number of steps after which a replay chain restarts.

    Raises:
      UsageError: A value is not finite or out of bounds.
    """

    inference_steps: int = setting(
        10, OURS, "number of refinement steps of an inference sample (Eq. 10)"
    )
    inference_step_size: float = setting(
        0.5, OURS, "step size (eta) of inference samples and of replay chains"
    )
    adversarial_steps: int = setting(
        1, OURS, "number of steps of an adversarial sample up D's loss (Eq. 10)"
    )
    adversarial_step_size: float = setting(
        0.5, OURS, "step size of adversarial samples"
    )
    normalized_gradient: bool = setting(
        True,
        PAPER,
        "compute samples with Eq. 9's normalized gradient instead of Eq. 8's",
        name="normalized_sampling",
    )
    chain_batches: int = setting(
        10, OURS, "number of batches whose replay chains are kept", low=1
    )
    chain_steps: int = setting(
        5, OURS, "number of steps that a replay chain makes at each visit"
    )
    chain_length: int = setting(
        30, OURS, "number of steps after which a replay chain restarts", low=1
    )

    def __post_init__(self) -> None:
        coerce_settings(self)


@dataclasses.dataclass(frozen=True)
class TrainingSettings:
    """Settings of a training that no method fixes.

    Attributes:
      batch_size: Number of examples in a training step.
      generator_learning_rate: Learning rate of G's Adam optimizer.
      discriminator_learning_rate: Learning rate of D's Adam optimizer.
      beta_1: First-moment decay rate of both Adam optimizers (0.5 in the paper).
      beta_2: Second-moment decay rate of both Adam optimizers.
      generator_weight_decay: Decoupled weight decay of G's kernels; a step of learning
        rate r takes r times this share of each weight away.
      discriminator_weight_decay: The same of D's kernels.
      adversarial_weight: Factor of the adversarial term of Eq. 6, relative to a
        surrogate loss that is *averaged* over the labels (1 in the paper, which does
        not say whether it sums or averages them). Not used where `adversarial_share`
        is given.
      adversarial_share: The norm of the adversarial term's gradient at G's logits, as a
        share of the surrogate's, that the term's factor is computed for in each
        iteration (`losses.adaptive_weight`); None for the fixed `adversarial_weight`.
      penalty_weight: Factor of the method's penalty in D's loss.
      cosine_decay: Whether both learning rates fall along half a cosine to 0, epoch by
        epoch.
      source_shares: Share of each of the method's sources of samples, in the method's
        order; None for the method's own shares.
      binarised_oracle: Whether the oracle scores the decided output rather than the
        relaxed one; None for the method's own choice.
      truth_weight: Factor of the ground truth's term in D's loss of LDRSP methods; None
        for the method's own (1 in the paper).
      margin: Margin of ebgan's hinge: D's loss ignores G(x) of a larger energy; None
        for the method's own, which is 1.
      sampling: Lengths of the walks that make D's extra samples.

    Raises:
      UsageError: A value is not finite or out of bounds.
    """

    batch_size: int = setting(32, OURS, "number of examples in a training step", low=1)
    generator_learning_rate: float = setting(
        1e-3, OURS, "learning rate of G's Adam optimizer"
    )
    discriminator_learning_rate: float = setting(
        1e-3, OURS, "learning rate of D's Adam optimizer"
    )
    beta_1: float = setting(
        0.5,
        PAPER,
        "first-moment decay rate of both Adam optimizers",
        high=_LARGEST_DECAY_RATE,
    )
    beta_2: float = setting(
        0.999,
        OURS,
        "second-moment decay rate of both Adam optimizers",
        high=_LARGEST_DECAY_RATE,
    )
    generator_weight_decay: float = setting(
        0.0, OURS, "decoupled weight decay (AdamW) of G's kernels, not of its biases"
    )
    discriminator_weight_decay: float = setting(
        0.0, OURS, "decoupled weight decay (AdamW) of D's kernels, not of its biases"
    )
    adversarial_weight: float = setting(
        1.0,
        PAPER,
        "factor of the adversarial term of Eq. 6, relative to the mean cross-entropy",
    )
    adversarial_share: float | None = setting(
        None,
        OURS,
        "compute the adversarial term's factor in each iteration, so that the norm of "
        "its gradient at G's logits is this share of the surrogate loss's; without it, "
        "--adversarial_weight holds, which is not used otherwise",
    )
    penalty_weight: float = setting(
        10.0, OURS, "factor of the gradient penalty in D's loss of wgan_gp"
    )
    cosine_decay: bool = setting(
        False, OURS, "let the learning rates fall to 0 along half a cosine"
    )
    source_shares: tuple[float, ...] | None = setting(
        None,
        OURS,
        "share of each of the method's sources of samples, in the method's order; "
        "without it the method's own shares hold",
        group="samples",
    )
    binarised_oracle: bool | None = setting(
        None,
        OURS,
        "let the oracle score the decided output instead of the relaxed one; without "
        "it the method's own choice holds",
    )
    truth_weight: float | None = setting(
        None,
        OURS,
        "factor of the ground truth's term in D's loss of ldrsp methods; without it "
        "the method's own holds, which is 1",
    )
    margin: float | None = setting(
        None,
        OURS,
        "margin of ebgan's hinge: D's loss ignores outputs of G with a larger energy; "
        "without it 1",
    )
    sampling: SamplingSettings = dataclasses.field(
        default_factory=SamplingSettings, metadata={"group": "samples"}
    )

    def __post_init__(self) -> None:
        coerce_settings(self)

    def steps_per_epoch(self, rows: int) -> int:
        """Returns the number of training steps of an epoch of so many rows.

        Rows that do not fill a last batch are left out; fewer rows than a batch has are
        a batch of their own.
        """
        return rows // self.rows_per_batch(rows)

    def rows_per_batch(self, rows: int) -> int:
        """Returns the number of examples in a training step, of so many rows."""
        return min(self.batch_size, rows)


@dataclasses.dataclass(frozen=True)
class RefinementGrid:
    """Candidates that a refinement is chosen from on validation examples.

    Attributes:
      step_sizes: Candidates for the step size (eta).
      steps: Candidates for the number of steps (T).
      normalized: Whether steps follow Eq. 9's normalized gradient rather than Eq. 8's.

    Raises:
      UsageError: There is no candidate, or one is not finite or negative.
    """

    step_sizes: tuple[float, ...] = setting(
        (0.25, 0.5, 1.0),
        OURS,
        "candidates for the refinement's step size (eta), separated by commas",
        name="step_size_grid",
    )
    steps: tuple[int, ...] = setting(
        tuple(range(1, 21)),
        OURS,
        "candidates for the refinement's number of steps, separated by commas",
        name="refinement_steps_grid",
    )
    normalized: bool = setting(
        True,
        PAPER,
        "refine along Eq. 9's normalized gradient instead of Eq. 8's",
        name="normalized_gradient",
    )

    def __post_init__(self) -> None:
        coerce_settings(self)
        candidates: Mapping[str, Any] = {
            "step_sizes": self.step_sizes,
            "steps": self.steps,
        }
        for name, values in candidates.items():
            if len(values) == 0:
                raise UsageError(
                    f"The value of RefinementGrid.{name} is (): at least one candidate "
                    "is needed."
                )
