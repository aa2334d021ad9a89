import pytest

from experiments.summaries.labels import TITLES
from experiments.tasks.recipes import RECIPES, get_recipe
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import METHODS, get_method

OWN = {
    "chopps": "baseline",
    "chopps_location": "baseline",
    "dvn_unet": "dvn",
    "ldrsp_cross": "ldrsp_plus",
    "logistic_regression": "baseline",
    "nn_baseline": "baseline",
    "prlr": "baseline",
    "prlr_without_norms": "baseline",
}


def test_every_method_of_the_library_is_a_recipe_with_its_title():
    for name, method in METHODS.items():
        if name not in OWN:
            assert (RECIPES[name].method, RECIPES[name].title) == (name, method.title)


def test_the_other_recipes_are_methods_of_the_library_made_otherwise():
    assert set(RECIPES) - set(OWN) == set(METHODS) - set(OWN)
    for name, method in OWN.items():
        assert RECIPES[name].method == method
        assert get_method(method).title != RECIPES[name].title


def test_recipes_are_known_by_their_names_and_tables_have_a_name_for_each():
    assert all(recipe.name == name for name, recipe in RECIPES.items())
    assert set(RECIPES) - set(TITLES) == {"baseline"}


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match=r"no method 'lda'.*baseline, ldrsp, ldrsp_pl"):
        get_recipe("lda")


@pytest.mark.parametrize("name", sorted(set(RECIPES) - set(METHODS)))
def test_the_library_says_how_to_have_a_recipe_that_is_no_method(name):
    with pytest.raises(UsageError) as refused:
        get_method(name)
    assert "There is no method" not in str(refused.value)


def test_a_recipe_of_any_task_refuses_none():
    get_recipe("ldrsp").require_task("experiments.tasks.masks", 7)
    get_recipe("chopps").require_task("experiments.tasks.masks", 2)
    with pytest.raises(UsageError, match="masks with 2 classes, and these have 7"):
        get_recipe("chopps").require_task("experiments.tasks.masks", 7)
