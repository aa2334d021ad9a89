import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import LDRSP_PLUS, METHODS
from ldrsp_tf.refiner import defaults
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.scored import ScoredSpace
from ldrsp_tf.spaces.tags import TagSpace

_TAGS = Examples(np.zeros((3, 7), np.float32), np.zeros((3, 5), np.float32))
_MAPS = Examples(
    np.zeros((3, 8, 16, 1), np.float32), np.full((3, 8, 16, 4), 0.25, np.float32)
)


def _mean_value(y, y_true):
    return tf.reduce_mean(y * y_true, [1, 2, 3])


@pytest.mark.parametrize(
    ("space", "decided"), [(TagSpace(), True), (ClassMapSpace(), False)]
)
def test_the_method_is_ldrsp_plus_whose_oracle_reads_tags_decided(space, decided):
    method = defaults.default_method(space)
    assert method == dataclasses.replace(LDRSP_PLUS, binarised_oracle=decided)
    assert defaults.default_method(ScoredSpace(space, _mean_value)) == method


@pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))
@pytest.mark.parametrize("space", [TagSpace(), ClassMapSpace()])
def test_settings_have_as_many_shares_as_the_method_has_sources(space, method):
    shares = defaults.default_settings(space, method).source_shares
    assert shares is None or len(shares) == len(method.sources)


def test_masks_walk_in_replay_chains():
    method = defaults.default_method(ClassMapSpace())
    assert defaults.default_settings(ClassMapSpace(), method).source_shares[2] > 0.5


def test_grids_have_the_gradient_that_the_samples_have_or_the_tables_found():
    assert not defaults.default_grid(TagSpace()).normalized
    assert defaults.default_grid(ClassMapSpace()).normalized


def test_the_discriminator_of_tags_scores_examples():
    discriminator = defaults.default_discriminator(TagSpace(), _TAGS)
    assert discriminator(tuple(_TAGS)).shape == (3,)


def test_the_discriminator_of_maps_scores_pixels():
    discriminator = defaults.default_discriminator(ClassMapSpace(), _MAPS)
    assert discriminator(tuple(_MAPS)).shape == (3, 8, 16)
    assert discriminator.head == "bilinear"


def test_the_discriminator_of_maps_with_one_value_scores_examples():
    space = ScoredSpace(ClassMapSpace(), _mean_value)
    discriminator = defaults.default_discriminator(space, _MAPS)
    assert discriminator(tuple(_MAPS)).shape == (3,)


def test_the_discriminator_of_an_oracle_of_the_users_has_no_head_of_eq_11():
    space = ScoredSpace(ClassMapSpace(), lambda y, y_true: y[..., 0] * y_true[..., 0])
    discriminator = defaults.default_discriminator(space, _MAPS)
    assert discriminator.head == "sigmoid"
    assert discriminator(tuple(_MAPS)).shape == (3, 8, 16)


@pytest.mark.parametrize(
    ("space", "examples", "match"),
    [
        (TagSpace(), Examples(np.zeros((3, 4, 4, 1)), _TAGS.y), r"features \[N, F\]"),
        (ClassMapSpace(), Examples(np.zeros((3, 7)), _MAPS.y), r"images \[N, H, W, "),
    ],
)
def test_other_inputs_need_a_discriminator_of_the_users(space, examples, match):
    with pytest.raises(UsageError, match=f"discriminator of your own.*{match}"):
        defaults.default_discriminator(space, examples)
