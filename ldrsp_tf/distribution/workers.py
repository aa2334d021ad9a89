"""The processes of a `MultiWorkerMirroredStrategy`: one, the chief, decides for all.

It alone reads and writes files. What it finds or measures it tells the others, so that
all of them stop, choose and go on alike, wherever they run.
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
    """Whether there are other processes."""
    return bool(_tasks(strategy))


def is_chief(strategy: tf.distribute.Strategy | None) -> bool:
    """Whether this process is the one that decides; a single one is."""
    if strategy is None or not has_workers(strategy):
        return True
    first = "chief" if "chief" in _tasks(strategy) else "worker"
    resolver = strategy.cluster_resolver
    return (resolver.task_type, resolver.task_id) == (first, 0)


def broadcast_from_chief(
    strategy: tf.distribute.Strategy | None, make: Callable[[], Content]
) -> Content:
    """What `make` returns in the chief, in every process.

    Args:
      strategy: All processes have to call this at the same time.
      make: Called by the chief alone; returns what JSON can hold.
    """
    if strategy is None or not has_workers(strategy):
        return make()
    made = [make()] if is_chief(strategy) else []
    text = json.dumps(made[0]).encode() if made else b""
    (length,) = _values_of_chief(strategy, [np.array(len(text), np.int32)])
    given = np.frombuffer(text.ljust(int(length)), np.uint8).astype(np.int32)
    (told,) = _values_of_chief(strategy, [given])
    return made[0] if made else json.loads(told.astype(np.uint8).tobytes())


def sync_from_chief(
    strategy: tf.distribute.Strategy | None, variables: Sequence[keras.Variable]
) -> None:
    """Gives every replica what variables are in the first one, which is the chief's."""
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
    """The chief's values; those of the others have the same shapes."""

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
