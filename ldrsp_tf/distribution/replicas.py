"""A step in the replicas of a `tf.distribute` strategy, which share a batch.

Networks are the same in all replicas, and change by the mean of their gradients. Every
replica draws for the examples of the whole batch, and takes what belongs to its own:
losses are those of one process with the same batch.
"""

import contextlib
from collections.abc import Callable, Sequence

import tensorflow as tf

from ldrsp_tf.errors import UsageError

Scalars = dict[str, tf.Tensor]


def present_strategy() -> tf.distribute.Strategy | None:
    """The strategy whose scope this is; None outside of any."""
    return tf.distribute.get_strategy() if tf.distribute.has_strategy() else None


def scope(strategy: tf.distribute.Strategy | None) -> contextlib.AbstractContextManager:
    """The strategy's scope, which networks have to be made in."""
    return contextlib.nullcontext() if strategy is None else strategy.scope()


def number_of_replicas(strategy: tf.distribute.Strategy | None) -> int:
    """Of all processes; 1 without a strategy."""
    return 1 if strategy is None else strategy.num_replicas_in_sync


def require_equal_shares(
    batch_size: int, strategy: tf.distribute.Strategy | None
) -> None:
    """Refuses a batch that replicas cannot share: their means would weigh unequally.

    Raises:
      UsageError: The size is no multiple of the number of replicas.
    """
    replicas = number_of_replicas(strategy)
    if batch_size % replicas:
        raise UsageError(
            f"A batch of {batch_size} examples cannot be shared equally by {replicas} "
            "replicas; choose a multiple of their number as the batch size."
        )


def run_step(
    strategy: tf.distribute.Strategy | None,
    step: Callable[..., Scalars],
    x: tf.Tensor,
    y: tf.Tensor,
    iteration: tf.Tensor,
) -> Scalars:
    """Makes a step in every replica, with its rows of a batch.

    Args:
      strategy: None makes one step with all rows, here.
      step: Of x `[B / replicas, ...]`, y `[B / replicas, ...]` and the iteration.
      x: Inputs of the whole batch, `[B, ...]`.
      y: Their outputs, `[B, ...]`.
      iteration: Is given to all.

    Returns:
      The mean of each scalar over the replicas.
    """
    if strategy is None:
        return step(x, y, iteration)

    def step_of_replica(x, y, iteration):
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
    """Random numbers of this replica's examples, as one process would draw them.

    Args:
      draw: Draws for a number of examples, `[N, ...]`, by a seed of its own.
      rows: Examples of this replica, a scalar.

    Returns:
      `[rows, ...]`.
    """
    replicas = _replicas_here()
    # Times 1 would hide the number of rows, where it is known, from the compiler.
    return draw(rows) if replicas == 1 else _own_rows(draw(rows * replicas))


def shares_of_mean(gradients: Sequence[tf.Tensor | None]) -> list[tf.Tensor | None]:
    """What this replica gives to the mean gradient: Keras' optimisers sum over all."""
    replicas = _replicas_here()
    if replicas == 1:
        return list(gradients)
    return [
        None if gradient is None else tf.math.scalar_mul(1.0 / replicas, gradient)
        for gradient in gradients
    ]


def _replicas_here() -> int:
    """1 outside of a replica too, where a batch is whole."""
    context = tf.distribute.get_replica_context()
    return 1 if context is None else context.num_replicas_in_sync


def _own_rows(values: tf.Tensor) -> tf.Tensor:
    """This replica's block of the rows of a whole batch."""
    replicas = _replicas_here()
    if replicas == 1:
        return values
    blocks = tf.reshape(values, [replicas, -1, *values.shape[1:]])
    return blocks[tf.distribute.get_replica_context().replica_id_in_sync_group]
