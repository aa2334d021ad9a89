import pytest

from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"folds": 3}, "--folds is of methods with a discriminator, and 'prlr' is fi"),
        ({"controls": True}, "--controls is of methods with a discriminator"),
        ({"refit": True}, "--refit is of methods with a discriminator"),
        ({"late_refit": True}, "--late_refit is of methods with a discriminator"),
        ({"updates": (9, 10)}, "--updates is of .* that the library trains, and "),
        ({"precision": "mixed_bfloat16"}, "--precision is of .* fit of its own; leave"),
    ],
)
def test_settings_that_an_own_fit_would_ignore_are_refused(given, message):
    task = get_task("synthetic_tags")
    with pytest.raises(UsageError, match=message):
        task.configure("prlr", given)
    task.configure("ldrsp_plus", given)


def test_the_settings_of_a_task_are_no_refusal():
    task = get_task("mulan/scene")
    task.configure("prlr", {"precision": "float32", "folds": 0})
