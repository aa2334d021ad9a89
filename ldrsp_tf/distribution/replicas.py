"""A step in the replicas of a `tf.distribute` strategy, which share a batch.

Networks are the same in all replicas, and change by the mean of their gradients. Every
replica draws random numbers for the whole batch and takes those of its own examples, so
that losses are those of one process with the same batch.
"""

import contextlib
from collections.abc import Callable, Sequence

import tensorflow as tf

from ldrsp_tf.errors import UsageError

Scalars = dict[str, tf.Tensor]


def present_strategy() -> tf.distribute.Strategy | None:
    """Returns the strategy whose scope is entered; None outside of any."""
    return tf.distribute.get_strategy() if tf.distribute.has_strategy() else None


def scope(strategy: tf.distribute.Strategy | None) -> contextlib.AbstractContextManager:
    """Returns the strategy's scope, in which networks have to be made."""
    return contextlib.nullcontext() if strategy is None else strategy.scope()


def number_of_replicas(strategy: tf.distribute.Strategy | None) -> int:
    """Returns the number of replicas in all processes; 1 without a strategy."""
    return 1 if strategy is None else strategy.num_replicas_in_sync


def require_equal_shares(
    batch_size: int, strategy: tf.distribute.Strategy | None
) -> None:
    """Refuses a batch that replicas cannot share: their means would weigh unequally.

    Args:
      batch_size: The number of examples of a batch.
      strategy: The strategy whose replicas share it; None without one.

    Raises:
      UsageError: The size is no multiple of the number of replicas.
    """
    replicas = number_of_replicas(strategy)
    if batch_size % replicas:
        raise UsageError(
            f"A batch of {batch_size} examples cannot be shared equally by {replicas} "
            "replicas; choose a multiple of their number as the batch size."
        )


# Converting Python's `if` and `for`, of which a step needs none, takes a second or two
# at every start; Keras' `fit` does not convert its steps either.
@tf.autograph.experimental.do_not_convert
def run_step(
    strategy: tf.distribute.Strategy | None,
    step: Callable[..., Scalars],
    x: tf.Tensor,
    y: tf.Tensor,
    iteration: tf.Tensor,
) -> Scalars:
    """Makes a step in every replica, with its rows of a batch.

    Args:
      strategy: The strategy; None makes one step with all rows in this process.
      step: A function of x `[B / replicas, ...]`, y `[B / replicas, ...]` and the
        iteration.
      x: Inputs of the whole batch, `[B, ...]`.
      y: True outputs of the whole batch, `[B, ...]`.
      iteration: The number of the iteration, for all replicas.

    Returns:
      The mean of each scalar over the replicas.
    """
    if strategy is None:
        return step(x, y, iteration)

    def step_of_replica(x: tf.Tensor, y: tf.Tensor, iteration: tf.Tensor) -> Scalars:
        scalars = step(_own_rows(x), _own_rows(y), iteration)
        return tf.distribute.get_replica_context().all_reduce("MEAN", scalars)

    scalars = strategy.run(step_of_replica, (x, y, iteration))
    return {
        name: strategy.experimental_local_results(value)[0]
        for name, value in scalars.items()
    }


def draw_by_example(
    draw: Callable[[tf.Tensor], tf.Tensor], rows: tf.Tensor
) -> tf.Tensor:
    """Draws random numbers of this replica's examples, as one process would.

    Args:
      draw: A function from a number of examples N to random numbers `[N, ...]`, with a
        seed of its own.
      rows: The number of examples of this replica, a scalar.

    Returns:
      Random numbers, `[rows, ...]`.
    """
    replicas = replicas_here()
    # A product with 1 would hide a known number of rows from the compiler.
    return draw(rows) if replicas == 1 else _own_rows(draw(rows * replicas))


def shares_of_mean(gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """Divides gradients by the number of replicas: Keras' optimizers sum over all.

    Args:
      gradients: The gradients of this replica.

    Returns:
      The shares of this replica in the mean gradients.
    """
    replicas = replicas_here()
    if replicas == 1:
        return list(gradients)
    return [tf.math.scalar_mul(1.0 / replicas, gradient) for gradient in gradients]


def sum_over_replicas(value: tf.Tensor) -> tf.Tensor:
    """Returns the sum of a value of each replica; outside of any, the value itself.

    Args:
      value: The value of this replica, of any shape.
    """
    if replicas_here() == 1:
        return value
    return tf.distribute.get_replica_context().all_reduce("SUM", value)


def replicas_here() -> int:
    """Returns the number of replicas that share a batch; 1 outside of any replica."""
    context = tf.distribute.get_replica_context()
    return 1 if context is None else context.num_replicas_in_sync


def _own_rows(values: tf.Tensor) -> tf.Tensor:
    """Returns this replica's block of the rows of a whole batch."""
    replicas = replicas_here()
    if replicas == 1:
        return values
    blocks = tf.reshape(values, [replicas, -1, *values.shape[1:]])
    return blocks[tf.distribute.get_replica_context().replica_id_in_sync_group]
