import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.losses.adaptive_weight import MAX_WEIGHT
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

_LABELS = 5


def _sequential():
    return keras.Sequential([keras.layers.Dropout(0.5), keras.layers.Dense(_LABELS)])


def test_nothing_to_train_is_refused(make_refiner, tags, refused):
    with refused("nothing to train.*'baseline'"):
        make_refiner(method="baseline", frozen=True).fit(tags, epochs=1)


def test_unknown_methods_are_refused(make_refiner, refused):
    with refused("no method 'ldrps'"):
        make_refiner(method="ldrps")


@pytest.mark.parametrize("space", [TagSpace(), ClassMapSpace()])
def test_the_default_method_is_auto_under_its_name_too(space):
    default, named = (
        Refiner(_sequential(), space, **method) for method in ({}, {"method": "auto"})
    )
    assert default.method == named.method
    assert default.settings == named.settings
    assert default.grid == named.grid


def test_ldrsp_cross_is_refused_with_the_sentence_that_says_how(make_refiner, refused):
    with refused('method="ldrsp_plus" with a CrossFitted generator.*folds='):
        make_refiner(method="ldrsp_cross")


def test_methods_without_a_generator_take_none_and_others_need_one(refused):
    with refused("'dvn' has no generator.*or give None"):
        Refiner(_sequential(), TagSpace(), method="dvn")
    with refused("generator is a NoneType: a keras.Model"):
        Refiner(None, TagSpace(), method="ldrsp")


def test_without_a_generator_there_are_refined_outputs_alone(tags, tmp_path, eagerly):
    refiner = Refiner(
        None,
        TagSpace(),
        method="dvn",
        settings={"sampling": {"inference_steps": 1}},
        grid={"step_sizes": (1.0,), "steps": (2,)},
    )
    refiner.fit(tags, epochs=1)
    prediction = refiner.predict(tags[0])
    np.testing.assert_array_equal(prediction.generated, np.zeros((24, _LABELS)))
    assert np.any(prediction.refined > 0.0)
    assert refiner.evaluate(tags).keys() == {"refined"}
    assert list(refiner.networks) == ["discriminator"]

    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path)
    assert loaded.generator is None
    np.testing.assert_array_equal(loaded.predict(tags[0]).refined, prediction.refined)


def test_settings_and_grid_may_be_what_differs_from_the_stock_ones():
    stock = Refiner(_sequential(), TagSpace())
    refiner = Refiner(
        _sequential(),
        TagSpace(),
        settings={"cosine_decay": True, "sampling": {"chain_steps": 7}},
        grid={"step_sizes": (2.0,)},
    )
    assert refiner.settings == dataclasses.replace(
        stock.settings,
        cosine_decay=True,
        sampling=dataclasses.replace(stock.settings.sampling, chain_steps=7),
    )
    assert refiner.grid == dataclasses.replace(stock.grid, step_sizes=(2.0,))


@pytest.mark.parametrize("space", [TagSpace(), ClassMapSpace()])
def test_a_weight_of_the_users_is_taken_by_every_method(space):
    generator = keras.Sequential([keras.layers.Dense(2)])
    for method in ("auto", "gan"):
        refiner = Refiner(
            generator, space, method=method, settings={"adversarial_weight": 0.01}
        )
        assert refiner.settings.adversarial_weight == 0.01
        assert refiner.settings.adversarial_share is None


@pytest.mark.parametrize("method", ["gan", "ebgan"])
def test_the_adversarial_term_of_other_methods_has_its_share_by_default(
    method, make_refiner, tags, eagerly
):
    refiner = make_refiner(method=method)
    refiner.assemble(Examples(*tags))
    losses = refiner.trainer.train_epoch(*map(tf.constant, tags), 0)
    assert 0.0 < losses["adversarial_weight"] < MAX_WEIGHT


def test_unknown_settings_are_refused(make_refiner, refused):
    with refused("no 'rate' among the settings; there are batch_size, "):
        make_refiner(settings={"rate": 1.0})
    with refused("no 'sizes' among the settings of the grid; there are step_sizes, "):
        make_refiner(grid={"sizes": (1.0,)})


def test_without_a_discriminator_there_are_generated_outputs_alone(
    make_refiner, tags, eagerly
):
    refiner = make_refiner(method="baseline")
    refiner.fit(tags, epochs=1)
    assert refiner.discriminator is None
    assert refiner.refinement is None
    prediction = refiner.predict(tags[0], trajectory=True)
    assert prediction.generated.shape == (24, 5)
    assert prediction[1:] == (None,) * 5
    assert refiner.evaluate(tags).keys() == {"generator"}


@pytest.mark.parametrize(
    ("method", "discriminator"),
    [("baseline", lambda: None), ("gan", lambda: PatchDiscriminator(width=2))],
)
def test_other_methods_of_masks_need_no_settings(
    method, discriminator, large_maps, eagerly
):
    model = keras.Sequential([keras.layers.Conv2D(2, 1)])
    refiner = Refiner(
        model,
        ClassMapSpace(),
        method=method,
        discriminator=discriminator(),
        grid=RefinementGrid((4.0,), (1,)),
    )
    refiner.fit(large_maps, 1 / 3, epochs=1)
    assert refiner.predict(large_maps[0]).generated.shape == (6, 16, 16, 2)
