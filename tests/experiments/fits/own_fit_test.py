import pytest

from experiments.fits.own_fit import build_own_fit
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
def test_settings_that_would_be_ignored_are_refused(few_tags, given, message):
    task = get_task("synthetic_tags")
    config = task.configure("prlr", given)
    with pytest.raises(UsageError, match=message):
        build_own_fit(config, task.family.space(config), few_tags)


def test_the_settings_of_a_task_are_no_refusal(few_tags):
    task = get_task("mulan/scene")
    config = task.configure("prlr", {"precision": "float32", "folds": 0})
    build_own_fit(config, task.family.space(config), few_tags)
