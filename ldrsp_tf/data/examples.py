"""Examples as users have them, checked before anything is trained on them."""

import numbers
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.spaces.base import OutputSpace


class Examples(NamedTuple):
    """Inputs `[N, ...]` and true outputs `[N, ...]`."""

    x: np.ndarray
    y: np.ndarray

    def take(self, rows: np.ndarray) -> "Examples":
        """The examples of those rows."""
        return Examples(self.x[rows], self.y[rows])


def divide_rows(
    rows: int, held_out: int, seed: int | tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the rows to keep and of those held out at random, rising.

    Args:
      rows: How many there are.
      held_out: How many of them to hold out.
      seed: Decides which.
    """
    shuffled = np.random.default_rng(seed).permutation(rows)
    return np.sort(shuffled[held_out:]), np.sort(shuffled[:held_out])


Data = tuple[np.ndarray, np.ndarray] | tf.data.Dataset


def as_examples(data: Data, space: OutputSpace, name: str) -> Examples:
    """Reads data whole into memory, and checks it.

    Args:
      data: A pair of arrays `[N, ...]`, or a finite `tf.data.Dataset` of pairs, of
        single examples or of batches.
      space: What an output is.
      name: What to call the data in an error, such as "training data".

    Raises:
      UsageError: It is neither, or empty; x and y differ in number; an output is not
        of the space; a value is NaN, infinite or no number.
    """
    if isinstance(data, tf.data.Dataset):
        x, y = _read(data, space, name)
    else:
        x, y = _pair(data, name)
    for part, values in (("inputs", x), ("true outputs", y)):
        if values.ndim == 0:
            raise UsageError(
                f"The {part} of the {name} are one number: [N, ...] is needed."
            )
    if len(x) == 0 or len(x) != len(y):
        raise UsageError(
            f"The {name} has {len(x)} inputs and {len(y)} true outputs: at least one "
            "is needed, and as many of both."
        )
    require_finite(x, f"inputs of the {name}")
    require_finite(y, f"true outputs of the {name}")
    if y.ndim != space.rank + 1:
        raise UsageError(
            f"The true outputs of the {name} have shape {y.shape}; {space.shape_name} "
            "are needed."
        )
    if y.size == 0:
        raise UsageError(f"The true outputs of the {name}, {y.shape}, have no values.")
    if space.rank == 3 and y.shape[-1] == 1:
        raise UsageError(
            f"The true outputs of the {name} have one channel; masks need two, the "
            "background's and the foreground's: np.concatenate([1 - y, y], -1)."
        )
    if y.min() < 0 or y.max() > 1:
        raise UsageError(
            f"The true outputs of the {name} reach from {y.min():g} to {y.max():g}: "
            "they have to lie in [0, 1] (tags as 0/1, classes one-hot)."
        )
    return Examples(x, y)


def require_shapes(
    examples: Examples, shapes: tuple[tuple[int, ...], tuple[int, ...]], name: str
) -> None:
    """Refuses examples of other shapes than those, of one input and one output.

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
    train: Data, validation: Data | float, space: OutputSpace, seed: int
) -> tuple[Examples, Examples]:
    """The examples to train on and those to choose by.

    Args:
      train: As in `as_examples`.
      validation: The same, or the share of the training examples to hold out.
      space: What an output is.
      seed: Decides which are held out.

    Raises:
      UsageError: Either is at fault; they have different shapes; the share leaves no
        example to one of them.
    """
    training = as_examples(train, space, "training data")
    if not isinstance(validation, numbers.Real):
        held_out = as_examples(validation, space, "validation data")
        shapes = training.x.shape[1:], training.y.shape[1:]
        require_shapes(held_out, shapes, "validation data")
        return training, held_out
    rows = len(training.x)
    number = round(rows * validation) if 0 < validation < 1 else 0
    if not 0 < number < rows:
        raise UsageError(
            f"A share of {validation} of {rows} examples cannot be held out: "
            "validation needs at least one, and so does training; give another "
            "share, or validation data."
        )
    kept, held_out = divide_rows(rows, number, (seed, 1))
    return training.take(kept), training.take(held_out)


def as_inputs(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Inputs `[N, ...]` to predict for, checked.

    Args:
      x: An array, or what becomes one.
      shape: Of one input.

    Raises:
      UsageError: They have another shape, or there is none, or a value is NaN, infinite
        or no number.
    """
    x = np.asarray(x)
    if x.shape[1:] != shape or len(x) == 0:
        raise UsageError(
            f"Inputs of shape {x.shape} do not fit: [N, "
            f"{', '.join(map(str, shape))}] with N > 0 is needed."
        )
    require_finite(x, "inputs")
    return x


def require_finite(values: np.ndarray, name: str) -> None:
    """Refuses NaN and infinite values, and what is no number.

    Raises:
      UsageError: It has some; the message names the first example.
    """
    if values.dtype.kind not in "buif":
        raise UsageError(f"The {name} are of type {values.dtype}: numbers are needed.")
    if values.dtype.kind != "f":
        return
    rows = np.isfinite(values.reshape(len(values), -1)).all(1)
    if not rows.all():
        raise UsageError(
            f"The {name} have a value that is NaN or infinite, in example "
            f"{int(np.argmin(rows))} (counted from 0) at first; remove or replace it."
        )


def _pair(data: Data, name: str) -> Examples:
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise UsageError(
            f"The {name} is neither a pair (x, y) of arrays nor a tf.data.Dataset of "
            "such pairs."
        )
    try:
        return Examples(*map(np.asarray, data))
    except ValueError as error:
        raise UsageError(
            f"The {name} cannot be made arrays: all inputs need one shape, and so do "
            "all true outputs."
        ) from error


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
            "make such."
        )
    elements = list(dataset.as_numpy_iterator())
    if not elements:
        raise UsageError(f"The {name} is empty: at least one example is needed.")
    # The element itself, since a specification may leave its rank open.
    single = np.ndim(elements[0][1]) <= space.rank
    join = np.stack if single else np.concatenate
    try:
        return Examples(*(join(part) for part in zip(*elements)))
    except ValueError as error:
        raise UsageError(
            f"The {name} has elements of different shapes; all inputs need one, and so "
            "do all true outputs."
        ) from error
