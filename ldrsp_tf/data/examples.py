"""Training data of users: arrays and data sets, read whole and checked."""

import hashlib
import numbers
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import tensorflow as tf

from ldrsp_tf.data.arrays import (
    as_array,
    require_finite,
    require_one_input,
    warn_of_lost_digits,
    widen,
)
from ldrsp_tf.errors import UsageError, reason_of
from ldrsp_tf.spaces.base import OutputSpace


class Examples(NamedTuple):
    """Training, validation or test examples.

    Attributes:
      x: Inputs, `[N, ...]`.
      y: True outputs, `[N, ...]`.
    """

    x: np.ndarray
    y: np.ndarray

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The shapes of one input and of one output."""
        return self.x.shape[1:], self.y.shape[1:]

    def take(self, rows: np.ndarray) -> "Examples":
        """Returns the examples of those rows."""
        return Examples(self.x[rows], self.y[rows])


def divide_rows(
    rows: int, held_out: int, seed: int | tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Divides rows at random into those to keep and those to hold out.

    Args:
      rows: The number of rows.
      held_out: The number of rows to hold out.
      seed: The seed of the division.

    Returns:
      The row numbers of both parts, rising.
    """
    shuffled = np.random.default_rng(seed).permutation(rows)
    return np.sort(shuffled[held_out:]), np.sort(shuffled[:held_out])


def sort_by_values(examples: Examples) -> Examples:
    """Returns examples in an order that depends on their values alone.

    It is that of a checksum of each, and as good as random. Equal examples stand side
    by side, where their order makes no difference.

    Args:
      examples: The examples, in any order.
    """
    sums = [
        hashlib.blake2b(x.tobytes() + y.tobytes(), digest_size=16).digest()
        for x, y in zip(*examples)
    ]
    return examples.take(np.array(sorted(range(len(sums)), key=sums.__getitem__)))


Data: TypeAlias = tuple[np.ndarray, np.ndarray] | tf.data.Dataset


def as_examples(data: Data, space: OutputSpace, name: str) -> Examples:
    """Reads data whole into memory, and checks it.

    Args:
      data: A pair of arrays `[N, ...]`, or a finite `tf.data.Dataset` of pairs, of
        single examples or of batches.
      space: The output space.
      name: The name of the data in messages, such as "training data".

    Raises:
      UsageError: It is neither, or empty; x or y is no dense array; they differ in
        number; an output is not of the space; a value is NaN, no number, or not finite
        in single precision; a custom oracle leaves [0, 1].
    """
    if isinstance(data, tf.data.Dataset):
        x, y = _read(data, space, name)
    else:
        x, y = _pair(data, name)
    if len(x) == 0 or len(x) != len(y):
        raise UsageError(
            f"The {name} has {len(x)} inputs and {len(y)} true outputs: at least one "
            "is needed, and as many of both."
        )
    require_finite(x, f"inputs of the {name}")
    require_finite(y, f"true outputs of the {name}")
    space.check_outputs(y, name)
    space.check_inputs(x, y, name)
    space.check_oracle(y, name)
    warn_of_lost_digits(x, f"inputs of the {name}")
    return Examples(x, y)


def require_shapes(
    examples: Examples, shapes: tuple[tuple[int, ...], tuple[int, ...]], name: str
) -> None:
    """Refuses examples whose input or output has another shape.

    Args:
      examples: The examples.
      shapes: The shapes of one input and of one output.
      name: The name of the data in messages.

    Raises:
      UsageError: They have others.
    """
    for part, values, shape in zip(("x", "y"), examples, shapes):
        if values.shape[1:] != shape:
            raise UsageError(
                f"An example's {part} has shape {values.shape[1:]} in the {name}, but "
                f"{shape} is needed, as in the training before."
            )


def training_and_validation(
    train: Data,
    validation: Data | float,
    space: OutputSpace,
    seed: int,
    has_folds: bool = False,
) -> tuple[Examples, Examples]:
    """Reads the examples to train on and those to choose by.

    Those of a `tf.data.Dataset`, which may be shuffled anew whenever it is read, are
    put into an order of their own (`sort_by_values`), so that a further reading holds
    the same examples out. With folds they stay in the order of these.

    Args:
      train: Training data, as in `as_examples`.
      validation: The same, or the share of the training examples to hold out.
      space: The output space.
      seed: The seed of the examples that are held out.
      has_folds: Whether the training examples have folds of a cross-fitted generator.

    Raises:
      UsageError: Either is at fault; they have different shapes; the share leaves no
        example to one of them, or cannot be held out because of the folds.
    """
    if has_folds and isinstance(validation, numbers.Real):
        raise UsageError(
            "Give validation examples that no member of the generator has seen; a "
            "share of the training rows is not that."
        )
    training = as_examples(train, space, "training data")
    if isinstance(train, tf.data.Dataset) and not has_folds:
        training = sort_by_values(training)
    if not isinstance(validation, numbers.Real):
        held_out = as_examples(validation, space, "validation data")
        if isinstance(validation, tf.data.Dataset):
            held_out = sort_by_values(held_out)
        require_shapes(held_out, training.shapes, "validation data")
        return training, held_out
    rows, share = len(training.x), float(validation)
    number = round(rows * share) if 0 < share < 1 else 0
    if not 0 < number < rows:
        raise UsageError(
            f"A share of {validation} of {rows} examples cannot be held out: "
            "validation needs at least one, and so does training; give another "
            "share, or validation data."
        )
    kept, others = divide_rows(rows, number, (seed, 1))
    return training.take(kept), training.take(others)


def as_inputs(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Checks inputs `[N, ...]` to predict for.

    Args:
      x: An array, or a list that becomes one.
      shape: The shape of one input.

    Raises:
      UsageError: They have another shape, or there is none, or they are no dense array,
        or a value is NaN, no number, or not finite in single precision.
    """
    array = as_array(x, "inputs", rank=len(shape))
    if array.shape[1:] != shape or len(array) == 0:
        require_one_input(x, "inputs", rank=len(shape))
        raise UsageError(
            f"Inputs of shape {array.shape} do not fit: [N, "
            f"{', '.join(map(str, shape))}] with N > 0 is needed."
        )
    require_finite(array, "inputs")
    return array


def _pair(data: Data, name: str) -> Examples:
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise UsageError(
            f"The {name} is neither a pair (x, y) of arrays nor a tf.data.Dataset of "
            f"such pairs{_without_weights(data)}."
        )
    y = as_array(data[1], f"true outputs of the {name}")
    x = as_array(data[0], f"inputs of the {name}", rows=len(y))
    if len(x) != len(y):
        require_one_input(data[0], f"inputs of the {name}", rows=len(y))
    return Examples(x, y)


def _read(dataset: tf.data.Dataset, space: OutputSpace, name: str) -> Examples:
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise UsageError(
            f"The {name} repeats for ever; leave out repeat(): epochs are counted here."
        )
    spec = dataset.element_spec
    if (
        not isinstance(spec, tuple)
        or len(spec) != 2
        or not all(isinstance(part, tf.TensorSpec) for part in spec)
    ):
        raise UsageError(
            f"The {name} has elements other than pairs (x, y) of tensors; map() can "
            f"make such{_without_weights(spec)}."
        )
    elements = list(dataset.as_numpy_iterator())
    if not elements:
        raise UsageError(f"The {name} is empty: at least one example is needed.")
    # The element itself, since a specification may leave its rank open.
    single = np.ndim(elements[0][1]) <= space.rank
    join = np.stack if single else np.concatenate
    may_be_batches = single and all(_share_axes(x, y, space.rank) for x, y in elements)
    try:
        examples = Examples(*(widen(join(part)) for part in zip(*elements)))
        if may_be_batches and examples.y.dtype.kind in "buif":
            space.check_outputs(examples.y, name)
    except ValueError as error:
        if may_be_batches:
            x, y = elements[0]
            raise _batches_error(x, y, space, name, error) from error
        raise UsageError(
            f"The {name} has elements of different shapes; all inputs need one, and so "
            "do all true outputs."
        ) from error
    return examples


def _without_weights(data: Any) -> str:
    """Returns an addition to a message, where the data may have sample weights."""
    if isinstance(data, tuple | list) and len(data) == 3:
        return ", and there are no sample weights (x, y, sample_weight) here"
    return ""


def _share_axes(x: np.ndarray, y: np.ndarray, rank: int) -> bool:
    """Returns whether an element may be a batch of numbers in the place of outputs.

    A batch of such outputs has the shape of one output, and each has its input.
    """
    return np.ndim(y) == rank and np.shape(x)[:rank] == np.shape(y) != np.shape(x)


def _batches_error(
    x: np.ndarray, y: np.ndarray, space: OutputSpace, name: str, error: ValueError
) -> UsageError:
    reason = f" ({reason_of(error)})" if isinstance(error, UsageError) else ""
    return UsageError(
        f"The {name} has elements with inputs {x.shape} and true outputs {y.shape}, "
        f"which as single examples are no {space.outputs_name}{reason}. If they are "
        "batches, their true outputs lack the last axis: map them to tf.one_hot(y, C) "
        "for C classes, or to y[:, None] for one tag."
    )
