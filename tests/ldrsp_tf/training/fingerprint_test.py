import dataclasses
import json

import numpy as np
import pytest

from ldrsp_tf.errors import UsageError
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.training.fingerprint import FILE, SampledFunction, require_same_training


@pytest.mark.parametrize("offsets", [np.arange(0, 9, 4), range(0, 9, 4), [0, 4, 8]])
def test_sequences_are_known_by_their_values(offsets, tmp_path):
    crops = {"crops": dataclasses.asdict(Crops(8, offsets))}
    require_same_training(tmp_path, crops)
    written = json.loads((tmp_path / FILE).read_text())
    assert written["crops"]["offsets"] == [0, 4, 8]
    require_same_training(tmp_path, {"crops": Crops(8, (0, 4, 8))})
    with pytest.raises(UsageError, match=r"is \[0, 4, 8\] there and \[0, 8\] here"):
        require_same_training(tmp_path, {"crops": Crops(8, np.array([0, 8]))})


def test_other_values_are_known_by_their_type(tmp_path):
    require_same_training(tmp_path, {"weights": {1.0}})
    assert json.loads((tmp_path / FILE).read_text()) == {"weights": "set"}


def test_functions_agree_up_to_the_rounding_of_another_machine(tmp_path):
    def known_by(*values):
        sampled = SampledFunction(lambda: list(values))
        require_same_training(tmp_path, {"functions": {"oracle": sampled}})

    known_by(0.25, 0.5)
    known_by(0.25, 0.5 + 1e-7)
    for others in ((0.25, 0.6), (0.25, 0.5, 0.5), ()):
        with pytest.raises(UsageError, match="the oracle is another"):
            known_by(*others)


def _drawn(seed, chance):
    """Makes a function that gives one of two values, the second one by chance."""
    rng = np.random.default_rng(seed)
    return SampledFunction(lambda: [float(rng.uniform() < chance)])


@pytest.mark.parametrize("chance", [0.5, 0.1])
def test_a_function_that_draws_is_the_same_whatever_it_drew(chance, tmp_path):
    for part in range(4):
        (tmp_path / str(part)).mkdir()
    for seed in range(40):
        claim = {"functions": {"augmentation": _drawn(seed, chance)}}
        require_same_training(tmp_path / str(seed % 4), claim)


def test_a_function_that_draws_is_not_one_that_does_not(tmp_path):
    for name, (one, other) in {
        "fixed": (_drawn(0, 0.0), SampledFunction(lambda: [2.0])),
        "random": (SampledFunction(lambda: [np.random.uniform()]), _drawn(0, 0.0)),
        "drawn": (SampledFunction(lambda: [2.0]), _drawn(0, 0.5)),
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        require_same_training(folder, {"functions": {"oracle": one}})
        with pytest.raises(UsageError, match="the oracle is another"):
            require_same_training(folder, {"functions": {"oracle": other}})
