"""The processes of a `MultiWorkerMirroredStrategy`, of which the chief decides.

The chief alone reads and writes files. It broadcasts its findings and measurements to
the other workers, so that all of them stop, choose and go on alike.
"""

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.distribution.replicas import number_of_replicas

Content = TypeVar("Content")


def has_workers(strategy: tf.distribute.Strategy | None) -> bool:
    """Returns whether there are other processes."""
    return bool(_tasks(strategy))


def is_chief(strategy: tf.distribute.Strategy | None) -> bool:
    """Returns whether this process is the chief, as a single process is."""
    if strategy is None or not has_workers(strategy):
        return True
    first = "chief" if "chief" in _tasks(strategy) else "worker"
    resolver = strategy.cluster_resolver
    return (resolver.task_type, resolver.task_id) == (first, 0)


def broadcast_from_chief(
    strategy: tf.distribute.Strategy | None, make: Callable[[], Content]
) -> Content:
    """Runs `make` on the chief and broadcasts its result to all workers.

    All workers have to call it at the same time.

    Args:
      strategy: The strategy of the workers; None without one.
      make: A function that the chief alone calls; its result has to be valid in JSON.

    Returns:
      The chief's result.
    """
    if strategy is None or not has_workers(strategy):
        return make()
    made = [make()] if is_chief(strategy) else []
    text = json.dumps(made[0]).encode() if made else b""
    (length,) = _values_of_chief(strategy, [np.array(len(text), np.int32)])
    given = np.frombuffer(text.ljust(int(length)), np.uint8).astype(np.int32)
    (received,) = _values_of_chief(strategy, [given])
    return made[0] if made else json.loads(received.astype(np.uint8).tobytes())


def sync_from_chief(
    strategy: tf.distribute.Strategy | None, variables: Sequence[keras.Variable]
) -> None:
    """Sets variables in every replica to their values in the first, the chief's one.

    Args:
      strategy: The strategy of the replicas; None without one.
      variables: The variables.
    """
    if strategy is None or number_of_replicas(strategy) == 1 or not variables:
        return
    values = [variable.numpy() for variable in variables]
    if has_workers(strategy):
        values = _values_of_chief(strategy, values)
    for variable, value in zip(variables, values):
        variable.assign(value)


def _values_of_chief(
    strategy: tf.distribute.Strategy, values: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Returns the chief's values; those of the others have the same shapes."""

    def exchange() -> list[tf.Tensor]:
        context = tf.distribute.get_replica_context()
        is_first = context.replica_id_in_sync_group == 0
        return context.all_reduce(
            "SUM",
            [tf.where(is_first, value, tf.zeros_like(value)) for value in values],
        )

    exchanged = strategy.run(exchange)
    return [strategy.experimental_local_results(v)[0].numpy() for v in exchanged]


def _tasks(strategy: tf.distribute.Strategy | None) -> dict[str, list[str]]:
    resolver = None if strategy is None else strategy.cluster_resolver
    return {} if resolver is None else resolver.cluster_spec().as_dict()
