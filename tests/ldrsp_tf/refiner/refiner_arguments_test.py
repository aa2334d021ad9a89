import keras
import numpy as np
import pytest

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.methods import Method
from ldrsp_tf.models import EnergyNetwork
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import TrainingSettings
from ldrsp_tf.spaces.tags import TagSpace

_LABELS = 5


def _two_inputs():
    inputs = [keras.Input((7,)), keras.Input((7,))]
    return keras.Model(inputs, keras.layers.Dense(5)(keras.layers.Add()(inputs)))


def _two_outputs():
    x = keras.Input((7,))
    return keras.Model(x, [keras.layers.Dense(5)(x), keras.layers.Dense(5)(x)])


@pytest.mark.parametrize(
    ("model", "match"),
    [
        (_two_inputs, "has 2 inputs"),
        (_two_outputs, "has 2 outputs"),
        (
            lambda: keras.Sequential([keras.layers.Dense(4)]),
            r"shape \(4,\) where .* \(5",
        ),
        (
            lambda: keras.Sequential([keras.Input((6,)), keras.layers.Dense(5)]),
            r"do not take inputs of shape \(19, 7\).*have value 6",
        ),
    ],
)
def test_models_that_do_not_fit_are_refused(model, match, make_refiner, tags, refused):
    with refused(match):
        make_refiner(model()).fit(tags, epochs=1)


def test_what_is_no_model_is_refused(make_refiner, refused):
    with refused("generator is a function: a keras.Model"):
        make_refiner(lambda x: x)
    with refused(
        "discriminator is a Sequential: an instance of a subclass of ldrsp_tf"
    ):
        make_refiner(discriminator=keras.Sequential([]))
    model = keras.Sequential([keras.layers.Dense(_LABELS)])
    for space, kind in (
        (TagSpace, "the class TagSpace"),
        ("tags", "a str"),
        (None, "a NoneType"),
    ):
        with refused(rf"space is {kind}: an output space is .*such as TagSpace\(\)"):
            Refiner(model, space)


@pytest.mark.parametrize(
    ("argument", "value", "match"),
    [
        ("from_logits", "tags", "^from_logits is 'tags'; give True"),
        ("frozen", "no", "^frozen is 'no'; give True to leave the model as it is"),
        ("frozen", None, "^frozen is None; give True"),
        ("oracle", "f1", "^The oracle is a str: a function of outputs and true"),
        ("discriminator", EnergyNetwork, "^The discriminator is the class EnergyNetw"),
        ("method", None, '^The method is a NoneType: a name is needed, such as "auto"'),
        ("method", Method, "^The method is the class Method: a name is needed"),
        ("settings", TrainingSettings, "^The settings are the class TrainingSettings:"),
        ("grid", Refinement(0.5, 2), "^The settings of the grid are a Refinement: a R"),
        ("crops", (24, (0, 8)), r"^The crops are a tuple: .*ldrsp_tf\.Crops\(size=24"),
        ("crops", Crops, "^The crops are the class Crops: a Crops object is needed"),
        (
            "augment",
            "flip",
            "^augment is a str: a function of inputs, outputs and a se",
        ),
        ("seed", "first", "^seed is 'first': a whole number from 0"),
        ("preprocessing", keras.Model, "^The preprocessing is the class Model: a kera"),
    ],
)
def test_arguments_of_other_types_are_named_and_refused(
    argument, value, match, make_refiner, refused
):
    with refused(match):
        make_refiner(**{argument: value})


def test_a_discriminator_of_a_method_without_one_is_refused(make_refiner, refused):
    with refused("^Method 'baseline' has no discriminator.* leave the discriminator"):
        make_refiner(method="baseline", discriminator=EnergyNetwork(_LABELS))


@pytest.mark.parametrize(
    ("argument", "value", "match"),
    [
        ("on_epoch_end", [], "^on_epoch_end is a list: a function of the record"),
        ("on_epoch_end", keras.callbacks.Callback(), "^on_epoch_end is a Callback: "),
        ("folder", 5, "^The folder is an int: a path is needed"),
    ],
)
def test_arguments_of_fit_are_refused_before_the_data_are_read(
    argument, value, match, make_refiner, refused
):
    with refused(match):
        make_refiner().fit((), epochs=1, **{argument: value})


def test_no_function_is_called_at_the_end_of_an_epoch(make_refiner, tags, eagerly):
    refiner = make_refiner(method="baseline")
    assert refiner.fit(tags, tags, epochs=1, on_epoch_end=None).records


@pytest.mark.parametrize("name", ["save", "export", "load"])
def test_folders_that_are_no_paths_are_refused(name, fitted, refused):
    with refused("^The folder is a NoneType: a path is needed"):
        getattr(fitted, name)(None)


def test_choices_are_checked_without_a_generator_as_well(refused):
    with refused("from_logits is 'tags'"):
        Refiner(None, TagSpace(), method="dvn", from_logits="tags")


def test_truth_values_of_numpy_are_taken(make_refiner):
    refiner = make_refiner(from_logits=np.True_, frozen=np.False_)
    assert (refiner.from_logits, refiner.frozen) == (True, False)
    assert type(refiner.from_logits) is type(refiner.frozen) is bool


def test_pairs_in_the_place_of_examples_are_refused(make_refiner, tags, refused):
    refiner = make_refiner()
    for method in (refiner.assemble, refiner.validate):
        for given, kind in ((tags, "a tuple"), (Examples, "the class Examples")):
            with refused(rf"examples are {kind}: give ldrsp_tf\.data\.Examples\(x, y"):
                method(given)


def test_logits_that_are_called_probabilities_are_refused(make_refiner, tags, refused):
    model = keras.Sequential([keras.layers.Dense(5, bias_initializer="ones")])
    with refused("which are no probabilities"):
        make_refiner(model, from_logits=False).fit((tags[0] + 9.0, tags[1]), epochs=1)


def test_logits_of_which_the_first_lie_between_0_and_1_are_refused_as_well(
    make_refiner, tags, refused
):
    x, y = np.full((24, 7), 9.0, np.float32), tags[1]
    x[0] = 0.0
    model = keras.Sequential([keras.layers.Dense(5, kernel_initializer="ones")])
    # Without a discriminator that predicts, all outputs are of compiled functions.
    refiner = make_refiner(model, from_logits=False, method="ldrsp_plus")
    with refused("values from 0 to 63, which are no probabilities"):
        refiner.fit((x, y), (x, y), epochs=1)
