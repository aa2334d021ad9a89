import numpy as np
import pytest

from experiments.configs import bibtex
from experiments.tasks import tags
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models import AutoencoderEnergy, EnergyNetwork, RatioNetwork

_EXAMPLES = Examples(np.zeros((1, 7)), np.zeros((1, 5)))


def _discriminator(method="ebgan", **given):
    config = bibtex.TASK.configure(method, {"discriminator_hidden": (6,), **given})
    return tags.networks(config, _EXAMPLES)[1]


def test_discriminators_are_energies_or_an_autoencoder():
    assert type(_discriminator(discriminator="energy")) is EnergyNetwork
    assert type(_discriminator(discriminator_head="ratio")) is RatioNetwork
    assert type(_discriminator(discriminator="autoencoder")) is AutoencoderEnergy


@pytest.mark.parametrize("name", ["hidden", "discriminator_hidden"])
def test_a_layer_without_units_is_refused(name):
    message = rf"TagConfig.{name} is \(0,\): whole numbers of at least 1 are needed"
    with pytest.raises(UsageError, match=message):
        _discriminator(**{name: (0,)})


@pytest.mark.parametrize(
    "given", [{"discriminator_head": "ratio"}, {"discriminator": "autoencoder"}, {}]
)
def test_networks_may_have_the_smallest_sizes_that_settings_take(given):
    sizes = {"hidden": (1,), "discriminator_hidden": (1,), "interaction_units": 0}
    discriminator = _discriminator(**sizes, **given)
    features = discriminator.features(np.zeros((1, 7), np.float32))
    assert discriminator.logits(features, np.zeros((1, 5), np.float32)).shape == (1,)


def test_the_energy_of_spen_has_an_entropy_term_and_that_of_others_none():
    assert _discriminator("spen").entropy
    assert not _discriminator("dvn").entropy


@pytest.mark.parametrize("method", ["spen", "ldrsp_plus"])
def test_a_ratio_has_no_entropy_term(method):
    with pytest.raises(UsageError, match="--entropy is of the linear head of D"):
        _discriminator(method, discriminator_head="ratio", entropy=True)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"discriminator_head": "ratio"}, "neither heads nor an entropy"),
        ({"entropy": True}, "neither heads nor an entropy"),
        ({"discriminator_hidden": ()}, "needs a layer for its code"),
    ],
)
def test_an_autoencoder_has_a_code_and_no_head(given, match):
    with pytest.raises(UsageError, match=match):
        _discriminator(discriminator="autoencoder", **given)
