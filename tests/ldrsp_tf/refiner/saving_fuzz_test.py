"""Refiners with random bytes in their files are read, or refused by one sentence."""

import json
import pathlib
import shutil
import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ldrsp_tf.errors import UsageError
from ldrsp_tf.refiner.refiner import Refiner

VALUES = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from([[], [1], {}]),
)


def fuzzed(examples):
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None
    )


@pytest.fixture(scope="module")
def saved(fitted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    fitted.save(folder)
    return folder


def _loaded(saved, name, content):
    """Reads a refiner with other bytes in one file; returns None if it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(saved, folder, dirs_exist_ok=True)
        path = pathlib.Path(folder, name)
        path.write_bytes(content)
        try:
            return Refiner.load(folder)
        except UsageError as error:
            assert str(path) in str(error) and "\n" not in str(error)
            return None


@st.composite
def damaged(draw, content):
    """Returns the bytes with some cut out, and others in their place."""
    begin = draw(st.integers(0, len(content)))
    end = draw(st.integers(begin, min(begin + 8, len(content))))
    return content[:begin] + draw(st.binary(max_size=8)) + content[end:]


@st.composite
def changed(draw, description):
    """Returns the description with another value, or none, at one place."""
    part = description = json.loads(json.dumps(description))
    while True:
        name = draw(st.sampled_from(sorted(part)))
        if not (part[name] and isinstance(part[name], dict) and draw(st.booleans())):
            break
        part = part[name]
    if draw(st.booleans()):
        del part[name]
    else:
        part[name] = draw(VALUES)
    return json.dumps(description).encode()


@pytest.mark.slow
@fuzzed(100)
@given(st.data())
def test_descriptions(saved, data):
    content = (saved / "refiner.json").read_bytes()
    cases = damaged(content) | changed(json.loads(content))
    _loaded(saved, "refiner.json", data.draw(cases))


@pytest.mark.slow
@fuzzed(50)
@given(st.data())
def test_networks(saved, fitted, data):
    name = data.draw(st.sampled_from(["generator.keras", "discriminator.keras"]))
    content = (saved / name).read_bytes()
    loaded = _loaded(saved, name, data.draw(damaged(content)))
    if loaded is not None:
        for network in ("generator", "discriminator"):
            here, there = (
                getattr(refiner, network).get_weights() for refiner in (loaded, fitted)
            )
            for a, b in zip(here, there, strict=True):
                np.testing.assert_array_equal(a, b)
