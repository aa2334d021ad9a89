import numpy as np
import pytest

from ldrsp_tf.data.folds import assign_folds
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models import CrossFitted, MeanDiscriminator
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.settings import require_counts, valid_seed


@pytest.mark.parametrize("count", [0, -1, 1.5, 2.0, "3", None, True, float("nan")])
def test_a_number_that_is_no_count_is_refused(count):
    with pytest.raises(UsageError, match=r"epochs is .*: a whole number of at least 1"):
        require_counts(patience=1, epochs=count)


def test_counts_are_accepted_up_to_their_bounds():
    require_counts(a=1, b=np.int64(7))
    require_counts(0, 3, a=0, b=3)
    with pytest.raises(UsageError, match="b is 4: a whole number from 0 to 3 is neede"):
        require_counts(0, 3, a=0, b=4)


@pytest.mark.parametrize("seed", [2**32, 2**64, -1, 1.5, "a", None, np.float32(2.0)])
def test_a_seed_that_no_generator_takes_is_refused(seed):
    with pytest.raises(UsageError, match=r"seed is .* from 0 to 4294967295 is needed"):
        valid_seed(seed)
    with pytest.raises(UsageError, match="seed is"):
        assign_folds(10, 2, seed)


@pytest.mark.parametrize("seed", [0, 2**32 - 1, np.int64(3)])
def test_a_seed_becomes_an_integer_of_python(seed):
    assert type(valid_seed(seed)) is int
    assert valid_seed(seed) == seed


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Refinement(0.5, 1.5), "steps is 1.5"),
        (lambda: Refinement(0.5, None), "steps is None"),
        (lambda: Refinement(float("nan"), 3), "step_size is nan"),
        (lambda: Refinement("a", 3), "step_size is 'a'"),
        (lambda: Crops(-1, (0,)), "size is -1"),
        (lambda: Crops(24, (0,), predict_batch_size=0), "predict_batch_size is 0"),
        (lambda: CrossFitted([], 3), "has no members"),
        (lambda: CrossFitted([object()], 2.5), "channels is 2.5"),
        (lambda: MeanDiscriminator([]), "has no members"),
        (lambda: assign_folds(40, 2.5, 0), "folds is 2.5"),
        (lambda: assign_folds(3.5, 2, 0), "rows is 3.5"),
        (
            lambda: assign_folds(40, 1, 0),
            "rows cannot be divided into 1 fold",
        ),
        (lambda: assign_folds(40, 41, 0), "40 training rows cannot be divided into 41"),
    ],
)
def test_objects_refuse_numbers_that_do_not_fit(make, name):
    with pytest.raises(UsageError, match=name):
        make()
