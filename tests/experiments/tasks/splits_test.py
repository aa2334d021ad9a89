import numpy as np
import pytest

from datasets.loading import LoadedData
from experiments.tasks.splits import hold_out, split_rows
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

ROWS = np.arange(10, dtype=np.uint8)[:, None]


TASK = get_task("synthetic_tags")
TRAIN = {"features": ROWS, "labels": ROWS + 100}
TEST = {"features": ROWS + 50, "labels": ROWS + 150}


def split(**given):
    data = LoadedData("made", {"train": TRAIN, "test": TEST}, {}, 0.0)
    return split_rows(TASK, TASK.configure("ldrsp", given), data)


def test_validation_rows_come_from_the_training_rows_and_are_held_out():
    made = split(validation_fraction=0.3)
    assert len(made.validation.x) == 3
    held_out, trained = set(made.validation.x[:, 0]), set(made.training.x[:, 0])
    assert not held_out & trained
    assert held_out | trained == set(range(10))
    np.testing.assert_array_equal(made.training.y, made.training.x + 100)
    np.testing.assert_array_equal(made.all_training.x, ROWS)
    np.testing.assert_array_equal(made.test.x, ROWS + 50)


def test_validation_rows_of_the_data_set_are_used_whatever_seed_and_fraction():
    task = get_task("bookmarks")
    tags = ROWS + 100
    parts = {"train": slice(0, 5), "validation": slice(5, 8), "test": slice(8, 10)}
    data = LoadedData(
        name="made",
        splits={
            name: {"features": ROWS[rows], "labels": tags[rows]}
            for name, rows in parts.items()
        },
        checksums={},
        prepare_seconds=0.0,
    )
    given = {"seed": 1, "validation_fraction": 0.5}
    made = split_rows(task, task.configure("ldrsp", given), data)
    np.testing.assert_array_equal(made.training.x, ROWS[:5])
    np.testing.assert_array_equal(made.validation.x, ROWS[5:8])
    np.testing.assert_array_equal(made.all_training.y, tags[:8])
    np.testing.assert_array_equal(made.test.y, tags[8:])


def test_the_seed_decides_which_rows_are_held_out():
    held_out = [split(seed=seed).validation.x.tobytes() for seed in (0, 0, 1)]
    assert held_out[0] == held_out[1] != held_out[2]


@pytest.mark.parametrize("fraction", [0.0, 0.04, 0.96, 1.0])
def test_a_split_without_rows_is_refused(fraction):
    with pytest.raises(UsageError, match="validation_fraction"):
        split(validation_fraction=fraction)


def test_choices_need_no_test_rows():
    data = LoadedData("made", {"train": TRAIN}, {}, 0.0)
    held_out = hold_out(TASK, TASK.configure("ldrsp", {}), data)
    for mine, whole in zip(held_out, split()):
        np.testing.assert_array_equal(mine.x, whole.x)
        np.testing.assert_array_equal(mine.y, whole.y)
