import pytest

from experiments.cli.setting_tree import leaves
from experiments.search.plan import Plan
from experiments.tasks.ranges import Choice, LogUniform, Ordered
from experiments.tasks.recipes import RECIPES
from experiments.tasks.search_spaces import mask_spaces, tag_spaces
from experiments.tasks.task import TASKS, get_task
from ldrsp_tf.methods import get_method
from ldrsp_tf.sampling import InferenceSource, ReplayChains

CLASSIFIERS = ("gan", "lsgan", "wgan_gp", "ebgan")


def widest(range_):
    """Returns the smallest and the largest value after any number of widenings."""
    if isinstance(range_, Choice):
        return min(range_.values), max(range_.values)
    for edge in ("low", "high"):
        for _ in range(8):
            range_ = range_.widen(edge)
    if isinstance(range_, Ordered):
        return range_.values[0], range_.values[-1]
    return range_.low, range_.high


@pytest.mark.parametrize("name", TASKS)
def test_ranges_are_of_settings_of_the_task_and_stay_within_their_bounds(name):
    task = get_task(name)
    fields = {leaf.name: leaf.field for leaf in leaves(task.config)}
    assert task.search_space
    for space in task.search_space.values():
        for setting, range_ in space.items():
            low, high = widest(range_)
            assert fields[setting].metadata["low"] <= low < high
            assert high <= (fields[setting].metadata["high"] or high)
            if isinstance(range_, Ordered):
                values = (*range_.below, *range_.values, *range_.above)
                assert list(values) == sorted(set(values))


@pytest.mark.parametrize("name", TASKS)
def test_the_first_trial_has_every_setting_of_the_task(name):
    task = get_task(name)
    for method in task.search_space:
        plan = Plan(task, method, {})
        missing = set(plan.space) - set(plan.own_settings)
        config = task.configure(method, {}).as_dict()
        # A logarithmic range has no 0, and no range has None, a value left open.
        assert {setting for setting in missing if config[setting]} == set()


def test_every_method_of_a_table_has_a_space():
    tags_only = {"logistic_regression", "nn_baseline", "prlr", "prlr_without_norms"}
    searched = set(RECIPES) - {"auto"}  # Its settings are one rule for all data.
    assert set(tag_spaces()) == searched - {"chopps", "chopps_location", "dvn_unet"}
    assert set(mask_spaces()) == searched - tags_only


def test_methods_of_two_classes_are_not_searched_on_more():
    missing = set(mask_spaces()) - set(get_task("lfw_parts").search_space)
    assert missing == {"chopps", "chopps_location"}


@pytest.mark.parametrize("spaces", [tag_spaces(), mask_spaces()])
def test_a_space_has_the_settings_that_its_method_uses(spaces):
    trained = {name: s for name, s in spaces.items() if RECIPES[name].fit is None}
    for name, space in trained.items():
        method = get_method(RECIPES[name].method)
        assert ("generator_learning_rate" in space) == method.has_generator
        assert ("discriminator_learning_rate" in space) == method.has_discriminator
        assert ("adversarial_weight" in space) == (method.generator_loss is not None)
        assert ("penalty_weight" in space) == (method.penalty is not None)
        assert ("inference_step_size" in space) == bool(method.sources)
        alone = method.has_generator and not method.has_discriminator
        # Tags have a penalty instead, which their family's networks know.
        decays = {"generator_weight_decay", "generator_l2"} & set(space)
        assert len(decays) == alone


@pytest.mark.parametrize("name", ["bibtex", "delicious", "weizmann_horse", "lfw_parts"])
def test_lengths_of_walks_are_searched_where_they_are_walked(name):
    task = get_task(name)
    for method_name in ("ldrsp", "ldrsp_plus", "ldrsp_cross", "dvn"):
        space = task.search_space[method_name]
        config = task.configure(method_name, {})
        sources = get_method(RECIPES[method_name].method).sources
        shares = config.training.source_shares or [share for share, _ in sources]
        share_of = {
            make: share for share, (_, make) in zip(shares, sources, strict=True)
        }
        assert ("inference_steps" in space) == (share_of[InferenceSource] > 0)
        assert ("chain_length" in space) == (share_of.get(ReplayChains, 0) > 0)


def test_weights_are_in_units_of_the_sum_over_labels():
    bibtex, delicious = tag_spaces(159), tag_spaces(983)
    # 0.01 / 159, 30 / 159 and 3 / 159; of 983 labels the same of the sum.
    assert bibtex["lsgan"]["adversarial_weight"] == LogUniform(6.29e-5, 0.189)
    assert bibtex["ldrsp"] == {**bibtex["ldrsp"], **weight(6.29e-5, 0.189)}
    for name in ("wgan_gp", "ebgan"):
        assert bibtex[name]["adversarial_weight"] == LogUniform(6.29e-5, 0.0189)
    assert delicious["gan"]["adversarial_weight"] == LogUniform(1.02e-5, 0.0305)
    assert get_task("delicious").search_space == delicious
    assert get_task("bibtex").search_space == bibtex


def weight(low, high):
    return {"adversarial_weight": LogUniform(low, high)}


@pytest.mark.parametrize("spaces", [tag_spaces(), mask_spaces()])
def test_ranges_contain_the_published_settings(spaces):
    # Gulrajani et al. (2017): lambda 10, rate 1e-4, beta_2 0.9.
    for setting, value in {
        "penalty_weight": 10.0,
        "discriminator_learning_rate": 1e-4,
        "beta_2": 0.9,
    }.items():
        assert value in spaces["wgan_gp"][setting]
    # Adam's usual rate in public code of DVN, and the usual one of the others.
    for name in (*CLASSIFIERS, "ldrsp", "ldrsp_plus", "dvn", "spen"):
        rates = spaces[name]["discriminator_learning_rate"]
        assert 1e-4 in rates and 1e-3 in rates
    # As many inference steps as the paper's test on masks has.
    assert 30 in spaces["ldrsp"]["inference_steps"]
    # The rates of the paper, for both networks of masks.
    assert 0.01 in mask_spaces()["ldrsp"]["generator_learning_rate"]
    assert 0.01 in mask_spaces()["ldrsp"]["discriminator_learning_rate"]
