import types

import keras
import pytest
import tensorflow as tf

from ldrsp_tf.distribution.workers import (
    broadcast_from_chief,
    has_workers,
    is_chief,
    sync_from_chief,
)

# Among several processes they are tested with `replicas` and `experiments.run`.


def _strategy(jobs: dict[str, int], task_type: str, task_id: int):
    """Makes a stand-in for the strategy of one process of a cluster."""
    spec = tf.train.ClusterSpec(
        {job: [f"127.0.0.1:{port}" for port in range(n)] for job, n in jobs.items()}
    )
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        spec, task_type=task_type, task_id=task_id
    )
    return types.SimpleNamespace(cluster_resolver=resolver)


@pytest.mark.parametrize(
    ("jobs", "task", "chief"),
    [
        ({"worker": 2}, ("worker", 0), True),
        ({"worker": 2}, ("worker", 1), False),
        ({"chief": 1, "worker": 2}, ("chief", 0), True),
        ({"chief": 1, "worker": 2}, ("worker", 0), False),
    ],
)
def test_the_chief_is_named_or_the_first_worker(jobs, task, chief):
    strategy = _strategy(jobs, *task)
    assert has_workers(strategy)
    assert is_chief(strategy) == chief


@pytest.mark.parametrize("make", [lambda: None, tf.distribute.MirroredStrategy])
def test_a_single_process_decides_for_itself(make):
    strategy = make()
    assert not has_workers(strategy)
    assert is_chief(strategy)
    content = object()
    assert broadcast_from_chief(strategy, lambda: content) is content
    variable = keras.Variable(3.0)
    sync_from_chief(strategy, [variable])
    assert float(variable) == 3.0
