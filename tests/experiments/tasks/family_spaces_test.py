import pytest

from experiments.cli.setting_tree import flatten, leaves
from experiments.tasks.recipes import RECIPES
from experiments.tasks.search_spaces import MASK_SPACES, TAG_SPACES, Choice
from experiments.tasks.task import TASKS, get_task
from ldrsp_tf.methods import get_method


def bounds(range_):
    if isinstance(range_, Choice):
        return min(range_.values), max(range_.values)
    return range_.low, range_.high


@pytest.mark.parametrize("name", TASKS)
def test_ranges_are_of_settings_of_the_task_and_have_its_own_values(name):
    task = get_task(name)
    fields = {leaf.name: leaf.field for leaf in leaves(task.config)}
    assert task.search_space
    for method, space in task.search_space.items():
        config = task.configure(method, {})
        for setting, range_ in space.items():
            low, high = bounds(range_)
            assert fields[setting].metadata["low"] <= low < high
            assert high <= (fields[setting].metadata["high"] or high)
            value = flatten(config)[setting]
            assert value is None or value in range_, (method, setting)


def test_every_method_of_a_table_has_a_space():
    assert set(TAG_SPACES) == set(RECIPES)
    assert set(MASK_SPACES) == set(RECIPES) - {"logistic_regression", "nn_baseline"}


@pytest.mark.parametrize("spaces", [TAG_SPACES, MASK_SPACES])
def test_a_space_has_what_its_method_uses(spaces):
    for name, space in spaces.items():
        method = get_method(RECIPES[name].method)
        assert ("generator_learning_rate" in space) == method.has_generator
        assert ("discriminator_learning_rate" in space) == method.has_discriminator
        assert ("adversarial_weight" in space) == (method.generator_loss is not None)
        assert ("penalty_weight" in space) == (method.penalty is not None)
        assert ("inference_steps" in space) == bool(method.sources)
