"""Checkpoints with random bytes in their files never restore a wrong state silently."""

import contextlib
import pathlib
import shutil
import tempfile
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ldrsp_tf.errors import TrainingError
from ldrsp_tf.training.checkpoints import Checkpoints

PARTS = ("index", "data-00000-of-00001")
FILES = (
    *(f"latest/ckpt-{epoch}.{part}" for epoch in (1, 2) for part in PARTS),
    *(f"best/ckpt-1.{part}" for part in PARTS),
)

fuzzed = settings(max_examples=100, deadline=None, derandomize=True, database=None)


@pytest.fixture(scope="module")
def trainer(make_trainer):
    return make_trainer("baseline", dropout=0.25)


def _state(trainer):
    return [np.array(variable) for variable in trainer.variables]


@pytest.fixture(scope="module")
def saved(trainer, tmp_path_factory):
    """Makes a folder of checkpoints of two epochs, and returns the states by epoch."""
    folder = tmp_path_factory.mktemp("saved")
    checkpoints = Checkpoints(trainer, folder)
    rng = np.random.default_rng(0)
    states = {}
    for epoch in (1, 2):
        for variable in trainer.variables:
            variable.assign(rng.integers(0, 100, variable.shape))
        checkpoints.save(epoch)
        if epoch == 1:
            checkpoints.save_best(epoch)
        states[epoch] = _state(trainer)
    assert sorted(FILES) == sorted(
        str(path.relative_to(folder)) for path in folder.glob("*/*")
    )
    return folder, states


# A change of a folder that is given by a share of a file's length and by bytes.
def _truncate(path, share, _):
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])


def _flip(path, share, noise):
    content = bytearray(path.read_bytes())
    for place, value in enumerate(noise, start=int(share * len(content))):
        if place < len(content):
            content[place] ^= value
    path.write_bytes(content)


def _delete(path, *_):
    path.unlink()


def _replace(path, _, noise):
    path.write_bytes(noise)


damages = st.tuples(
    st.sampled_from((_truncate, _flip, _delete, _replace)),
    st.sampled_from(FILES),
    st.floats(0, 1),
    st.binary(min_size=1, max_size=60),
)
swaps = st.tuples(st.sampled_from(FILES), st.sampled_from(FILES))


def _swap(folder, one, other):
    aside = folder / "aside"
    (folder / one).rename(aside)
    if one != other:
        (folder / other).rename(folder / one)
    aside.rename(folder / other)


@contextlib.contextmanager
def _copied(folder):
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        yield pathlib.Path(copy)


def _restored(trainer, folder, name):
    """Restores a checkpoint; returns its epoch, None if refused, and the warnings."""
    trainer.reset()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            epoch = getattr(Checkpoints(trainer, folder), name)()
        except TrainingError as error:
            assert str(folder) in str(error) and "\n" not in str(error)
            return None, told
    return epoch, told


@pytest.mark.slow
@fuzzed
@given(st.lists(damages, min_size=1, max_size=3), st.lists(swaps, max_size=1))
def test_damaged_checkpoints(trainer, saved, changes, exchanged):
    original, states = saved
    trainer.reset()
    states = {0: _state(trainer), **states}
    with _copied(original) as folder:
        for names in exchanged:
            _swap(folder, *names)
        for change, name, share, noise in changes:
            if (folder / name).exists():
                change(folder / name, share, noise)
        for name in ("restore", "restore_best"):
            epoch, told = _restored(trainer, folder, name)
            if epoch is None:
                continue
            for actual, expected in zip(_state(trainer), states[epoch], strict=True):
                np.testing.assert_array_equal(actual, expected)
            kept = list(folder.glob("latest/ckpt-2.*"))
            if name == "restore" and epoch == 1 and kept and not exchanged:
                assert ["ckpt-2 is damaged" in str(w.message) for w in told] == [True]
