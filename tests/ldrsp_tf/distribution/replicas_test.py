import json
import os

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.distribution.replicas import require_equal_shares, run_step
from tests.command_line import ForkedCommand
from tests.ldrsp_tf.distribution import in_replicas
from tests.worker_processes import cluster_environments, finish

# Sums of two halves are rounded otherwise than those of a whole batch: some 1e-7 a step
# of tags. The variances of batch normalization across replicas are differences of means
# of squares, which lose a few digits.
TOLERANCE = {"tags": 1e-5, "shares": 1e-5, "maps": 1e-3}


@pytest.fixture(scope="module")
def in_two_replicas(tmp_path_factory) -> dict[str, dict]:
    """Returns the measurements of two devices of one process, and of two processes."""
    folder = tmp_path_factory.mktemp("replicas")
    first, second = cluster_environments(2)
    starts = {
        "mirrored": ("mirrored", {}),
        "chief": ("multi_worker", first),
        "worker": ("multi_worker", second),
    }
    processes = [
        ForkedCommand(
            in_replicas.__name__,
            (str(folder / f"{name}.json"), kind),
            {**os.environ, **place},
        )
        for name, (kind, place) in starts.items()
    ]
    for process in finish(processes):
        assert process.returncode == 0, process.stderr
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in starts}


@pytest.fixture(scope="module")
def in_one_process() -> dict[str, dict[str, list[float]]]:
    """Returns the losses without a strategy."""
    return {
        "tags": in_replicas.curve(in_replicas.tag_trainer),
        "shares": in_replicas.curve(in_replicas.share_trainer),
        "maps": in_replicas.curve(in_replicas.map_trainer),
    }


# Tags on two workers: `tests/experiments/runs/strategy_test.py`.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("mirrored", "tags"),
        ("mirrored", "shares"),
        ("mirrored", "maps"),
        ("chief", "maps"),
        ("worker", "maps"),
    ],
)
def test_losses_are_those_of_one_process_with_the_same_batch(
    where, kind, in_one_process, in_two_replicas
):
    measured = in_two_replicas[where]
    assert measured["replicas"] == 2
    assert set(measured[kind]) == set(in_one_process[kind])
    for name, losses in in_one_process[kind].items():
        # They move by far more than what they may differ by.
        assert np.ptp(losses) > 20 * TOLERANCE[kind] * np.max(losses)
        np.testing.assert_allclose(measured[kind][name], losses, TOLERANCE[kind])


@pytest.mark.slow
def test_both_processes_have_the_same_losses_bit_for_bit(in_two_replicas):
    assert in_two_replicas["chief"] == in_two_replicas["worker"]


@pytest.mark.slow
def test_examples_draw_what_they_draw_in_one_process(in_two_replicas):
    expected = in_replicas.draws()
    assert len(set(expected.values())) == len(expected) == 6
    measured = in_two_replicas["mirrored"]["draws"]
    assert measured == pytest.approx(expected, rel=1e-6)


@pytest.mark.slow
def test_a_model_of_ones_own_is_refined_as_in_one_process(in_two_replicas):
    expected = in_replicas.refined()
    np.testing.assert_allclose(
        in_two_replicas["mirrored"]["refined"], expected, atol=TOLERANCE["tags"]
    )


@pytest.mark.slow
def test_replicas_stay_alike_with_dropout(in_two_replicas):
    assert in_two_replicas["mirrored"]["agree"]


@pytest.mark.slow
def test_what_replicas_cannot_do_is_refused_with_a_mend(in_two_replicas):
    batch, chains = in_two_replicas["mirrored"]["refusals"]
    assert "3 examples cannot be shared equally by 2 replicas; choose" in batch
    assert "Replay chains" in chains and "give the chains a share of 0" in chains


def test_without_a_strategy_a_step_is_called_as_it_is():
    x, y = tf.constant([1.0]), tf.constant([2.0])
    given = run_step(None, lambda *arguments: arguments, x, y, tf.constant(3))
    assert given[0] is x and given[1] is y
    require_equal_shares(3, None)
