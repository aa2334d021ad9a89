import os
import pickle

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
        (np.zeros((0, 3)), "needs .* with N > 0|cut off, or empty"),
        (np.float32(1), r"holds \(\); the run needs \[N, 3\]"),
        (np.full((2, 3), 1e300), "beyond 3.4e.38, .* in example 0"),
        (np.full((2, 3), np.nan), "NaN or infinite, in example 0"),
        (np.array([[0, 0, 0], [0, np.inf, 0]]), "NaN or infinite, in example 1"),
        (np.array([["a", "b", "c"]]), "numbers are needed"),
        (np.array([[object()] * 3]), "Python objects; save an array of numbers"),
    ],
    ids=["shape", "empty", "number", "large", "NaN", "infinite", "text", "objects"],
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


@pytest.mark.parametrize("kind", ["<f4", ">f4", ">f8", ">i2", "?", "g"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_arrays_of_any_layout_are_read(tmp_path, kind, order, version):
    x = np.array([[0, 1, 2], [3, 0, 5]]).astype(kind, order)
    path = tmp_path / "x.npy"
    with path.open("wb") as file:
        np.lib.format.write_array(file, x, version)
    read = read_array(path, (3,)).x
    np.testing.assert_array_equal(read, x)
    assert read.dtype.isnative and read.dtype.itemsize <= 8


def _with_header(header: str, content: bytes = b"") -> bytes:
    text = header.encode("latin1") + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + content


_SHAPED = "{'descr': %s, 'fortran_order': False, 'shape': %s, }"


@pytest.mark.parametrize(
    "content",
    [
        _with_header(_SHAPED % ("'<f4'", "(9999999999999, 3)")),
        _with_header(_SHAPED % ("'<f4'", "(-2, 3)"), bytes(24)),
        _with_header(_SHAPED % ("'<f4'", "(2, 3)"), bytes(23)),
        _with_header(_SHAPED % ("'<f4'", "(2, 'a')"), bytes(24)),
        _with_header(_SHAPED % ("'no type'", "(2, 3)"), bytes(24)),
        _with_header(_SHAPED % ("'|O'", "(2, 3)"), bytes(24)),
        _with_header(_SHAPED % ("[('a', '<f4')]", "(2, 3)"), bytes(24)),
        _with_header("{'descr': "),
        _with_header("(" * 5000),
        _with_header("[" * 60 + "]" * 60),
        _with_header("{'a': 1}"),
        _with_header("\x00"),
        _with_header(" " * 20_000),
        b"\x93NUMPY\x09\x00" + bytes(40),
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00\xff\xff",
    ],
    ids=range(16),
)
def test_an_odd_header_is_answered_by_one_sentence(tmp_path, content):
    path = tmp_path / "x.npy"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"x\.npy") as error:
        read_array(path, (3,))
    assert "\n" not in str(error.value)
    assert len(str(error.value).replace(str(path), "")) < 200


def test_other_files_are_named_as_what_they_are(tmp_path):
    path = tmp_path / "x.npy"
    with path.open("wb") as file:
        np.savez(file, x=np.zeros((2, 3)))
    with pytest.raises(UsageError, match=r"x\.npy is an archive of numpy\.savez: save"):
        read_array(path, (3,))
    path.write_bytes(pickle.dumps(np.zeros((2, 3))))
    with pytest.raises(UsageError, match=r"x\.npy is a pickle: save the array by"):
        read_array(path, (3,))
    path.write_text("1,2,3\n")
    with pytest.raises(UsageError, match=r"x\.npy is not a file of numpy\.save: save"):
        read_array(path, (3,))
    with pytest.raises(UsageError, match=r"none\.npy .*No such file"):
        read_array(tmp_path / "none.npy", (3,))
    os.mkfifo(tmp_path / "pipe.npy")
    with pytest.raises(UsageError, match=r"pipe\.npy is not a file: save the inputs"):
        read_array(tmp_path / "pipe.npy", (3,))
