"""Refinement of an output along the gradient of a score (Eq. 7-9)."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.projections import Projection, box
from ldrsp_tf.settings import Domain, plain_value, require_counts

Score = Callable[[tf.Tensor], tf.Tensor]

# The next outputs, of outputs and the change of a step.
Move = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


class Trajectory(NamedTuple):
    """The outputs of a refinement, step by step, and their scores.

    Attributes:
      outputs: The outputs y^(0) ... y^(T), `[T + 1, B, ...]`.
      scores: The score D(x, y) of each, `[T + 1, B]` or `[T + 1, B, H, W]`.
    """

    outputs: tf.Tensor
    scores: tf.Tensor


def score_and_gradient(score: Score, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Computes each example's score and its gradient dD/dy in the output.

    Examples do not influence each other's score, so the gradient of the sum over the
    batch is the gradient of every example; a score map `[B, H, W]` is summed as well.

    Args:
      score: A function from outputs `[B, ...]` to scores `[B]` or score maps
        `[B, H, W]`.
      y: Outputs, `[B, ...]`.

    Returns:
      The scores, and the gradient in the shape of `y`.

    Raises:
      UsageError: The score does not depend on `y` through differentiable operations.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(y)
        scores = score(y)
    gradient = tape.gradient(scores, y)
    if gradient is None:
        raise UsageError(
            "The score has no gradient with respect to the output: the discriminator "
            "ignores y, or computes from it with an operation that has no gradient "
            "(rounding, argmax, numpy)."
        )
    return scores, gradient


def gradient_norm(gradient: tf.Tensor) -> tf.Tensor:
    """Returns each example's norm over the whole output, `[B, ...]` -> `[B]`."""
    flat = tf.reshape(gradient, [tf.shape(gradient)[0], -1])
    # In double precision the squares of vanishing gradients do not underflow.
    return tf.cast(tf.norm(tf.cast(flat, tf.float64), axis=1), gradient.dtype)


def normalize(gradient: tf.Tensor) -> tf.Tensor:
    """Divides each example's gradient by its norm over the whole output (Eq. 9).

    A zero gradient stays zero.

    Args:
      gradient: The gradient of each example, `[B, ...]`.

    Returns:
      The direction of each example, `[B, ...]`, of norm 1 or 0.
    """
    axis = list(range(1, gradient.shape.rank))
    # The largest entry is divided out first: squares of tiny gradients underflow.
    largest = tf.reduce_max(tf.abs(gradient), axis, keepdims=True)
    scaled = tf.math.divide_no_nan(gradient, largest)
    return tf.math.divide_no_nan(
        scaled, tf.sqrt(tf.reduce_sum(tf.square(scaled), axis, keepdims=True))
    )


def ascend(
    gradient: tf.Tensor,
    y: tf.Tensor,
    step_size: float | tf.Tensor,
    *,
    normalized: bool,
    project: Projection,
    move: Move | None = None,
) -> tf.Tensor:
    """Makes one step up the gradient (Eq. 8, or Eq. 9 with a normalized gradient).

    Args:
      gradient: dD/dy, `[B, ...]`.
      y: Outputs, `[B, ...]`.
      step_size: The step size eta.
      normalized: Whether to follow Eq. 9 rather than Eq. 8.
      project: The projection P back to the feasible set.
      move: The map from outputs and their change to the next outputs, such as a step on
        logits (`logit_move`); None for the projection of their sum.

    Returns:
      The next outputs, `[B, ...]`.
    """
    change = step_size * (normalize(gradient) if normalized else gradient)
    following = project(y + change) if move is None else move(y, change)
    return tf.ensure_shape(following, y.shape)


def logit_move(
    activation: Callable[[tf.Tensor], tf.Tensor],
    to_logits: Callable[[tf.Tensor], tf.Tensor],
) -> Move:
    """Returns the step that adds the change to the logits z of the outputs y.

    A walk then is z <- z + eta * ds/dy with y = activation(z): mirror ascent, whose
    iterates need no projection. Let the score have an entropy term,
    s(y) = t(y) + H(y), as the energy of SPEN. For tags
    dH/dy_i = log(1 - y_i) - log(y_i) = -z_i, so that a step is

        z <- z + eta * (dt/dy - z),

    which rests where z = dt/dy. That is the condition ds/dy = 0 of a maximum inside
    the box; for t(y) = u'y it is y = sigmoid(u).

    Args:
      activation: The map from logits to outputs.
      to_logits: Its inverse.
    """
    return lambda y, change: activation(to_logits(y) + change)


def refine(
    score: Score,
    y: tf.Tensor,
    *,
    step_size: float | tf.Tensor,
    steps: int | tf.Tensor,
    normalized: bool = True,
    project: Projection = box,
    move: Move | None = None,
) -> tf.Tensor:
    """Walks from `y` up the gradient of `score` (Eq. 7-9).

    `score` is called once a step: parts that do not depend on `y`, such as the
    discriminator's features of x, should be computed by the caller beforehand.

    Args:
      score: A function from outputs `[B, ...]` to scores `[B]` or score maps
        `[B, H, W]`.
      y: The outputs to start at, G(x) in Eq. 7, `[B, ...]` in [0, 1].
      step_size: The step size eta.
      steps: The number of steps T.
      normalized: Whether to follow Eq. 9 (the gradient over its norm) rather than
        Eq. 8.
      project: The projection P back to the feasible set.
      move: The map from outputs and their change to the next outputs (`ascend`).

    Returns:
      y^(T), of the shape of `y`.
    """

    def step(t: tf.Tensor, current: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        _, gradient = score_and_gradient(score, current)
        return t + 1, ascend(
            gradient,
            current,
            step_size,
            normalized=normalized,
            project=project,
            move=move,
        )

    _, refined = tf.while_loop(lambda t, _: t < steps, step, (0, y))
    return tf.stop_gradient(refined)


def walk(
    score: Score,
    y: tf.Tensor,
    *,
    step_size: float | tf.Tensor,
    steps: int | tf.Tensor,
    normalized: bool = True,
    project: Projection = box,
    move: Move | None = None,
) -> Trajectory:
    """Walks as `refine` does, and keeps every output on the way with its score.

    Args:
      score: A function from outputs `[B, ...]` to scores `[B]` or score maps
        `[B, H, W]`.
      y: The outputs to start at, G(x) in Eq. 7, `[B, ...]` in [0, 1].
      step_size: The step size eta.
      steps: The number of steps T.
      normalized: Whether to follow Eq. 9 rather than Eq. 8.
      project: The projection P back to the feasible set.
      move: The map from outputs and their change to the next outputs (`ascend`).

    Returns:
      The outputs y^(0) to y^(T) and their scores.
    """
    outputs = tf.TensorArray(y.dtype, size=steps + 1, element_shape=y.shape)
    scores = tf.TensorArray(y.dtype, size=steps + 1)

    def step(
        t: tf.Tensor,
        current: tf.Tensor,
        outputs: tf.TensorArray,
        scores: tf.TensorArray,
    ) -> tuple[tf.Tensor, tf.Tensor, tf.TensorArray, tf.TensorArray]:
        values, gradient = score_and_gradient(score, current)
        following = ascend(
            gradient,
            current,
            step_size,
            normalized=normalized,
            project=project,
            move=move,
        )
        outputs = outputs.write(t + 1, following)
        return t + 1, following, outputs, scores.write(t, values)

    _, last, outputs, scores = tf.while_loop(
        lambda t, *_: t < steps, step, (0, y, outputs.write(0, y), scores)
    )
    scores = scores.write(steps, score(last))
    return Trajectory(
        tf.stop_gradient(outputs.stack()), tf.stop_gradient(scores.stack())
    )


@dataclasses.dataclass(frozen=True)
class Refinement:
    """The length of a refinement: step size and number of steps (Eq. 8-9).

    Attributes:
      step_size: The step size eta.
      steps: The number of steps T; 0 leaves G's output as it is.
      normalized: Whether to follow Eq. 9's normalized gradient rather than Eq. 8's.

    Raises:
      UsageError: The number of steps is negative or not whole, the step size is no
        finite number, or `normalized` is no truth value.
    """

    step_size: float
    steps: int
    normalized: bool = True

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):  # Files keep plain values alone.
            value = plain_value(getattr(self, field.name))
            object.__setattr__(self, field.name, value)
        require_counts(0, steps=self.steps)
        if self.step_size not in Domain(float):
            raise UsageError(
                f"step_size is {self.step_size!r}: a finite number is needed."
            )
        if self.normalized not in Domain(bool):
            raise UsageError(
                f"normalized is {self.normalized!r}: True or False is needed."
            )

    def with_steps(self, steps: int) -> "Refinement":
        """Returns the same refinement with another number of steps."""
        return dataclasses.replace(self, steps=steps)
