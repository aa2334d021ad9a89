import numpy as np
import pytest

from experiments.tasks.inputs import read_array
from ldrsp_tf.errors import UsageError


@pytest.fixture
def save(tmp_path):
    def save(*arrays):
        path = tmp_path / "größe.npy"
        with path.open("wb") as file:
            for array in arrays:
                np.save(file, array)
        return path

    return save


def test_rows_are_named_by_their_numbers(save):
    x = np.arange(6.0).reshape(2, 3)
    read = read_array(save(x), (3,))
    assert read.names == ["0", "1"]
    np.testing.assert_array_equal(read.x, x)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 4)), r"holds \(2, 4\); the run needs \[N, 3\]"),
        (np.zeros((0, 3)), "needs .* with N > 0"),
        (np.full((2, 3), np.nan), "NaN or infinite, in example 0"),
        (np.array([[0, 0, 0], [0, np.inf, 0]]), "NaN or infinite, in example 1"),
        (np.array([["a", "b", "c"]]), "numbers are needed"),
        (np.array([[object()] * 3]), "not a file of numpy.save"),
    ],
    ids=["shape", "empty", "NaN", "infinite", "text", "objects"],
)
def test_what_cannot_be_predicted_for_is_refused(save, x, message):
    path = save(x)
    with pytest.raises(UsageError, match=message) as error:
        read_array(path, (3,))
    assert path.name in str(error.value)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_file_that_is_cut_off_is_named(save, share):
    path = save(np.zeros((2, 3)))
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UsageError, match=r"größe\.npy is not a file of numpy\.save"):
        read_array(path, (3,))
