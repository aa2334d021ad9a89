import warnings

import numpy as np
import pytest

from datasets.arff import rows as arff_rows
from datasets.arff.ranges import LostDigitsWarning
from datasets.arff.reader import read_arff

_HEADER = "@attribute y {0,1}\n@attribute t numeric\n@attribute u numeric\n@data\n"


@pytest.fixture
def read(tmp_path, monkeypatch):
    monkeypatch.setattr(arff_rows, "BLOCK_ROWS", 4)

    def read(*rows):
        path = tmp_path / "made.arff"
        path.write_text(_HEADER + "\n".join(rows) + "\n")
        return read_arff(path, ["y"])

    return read


def test_digits_that_single_precision_loses_are_named(read):
    rows = [f"{i % 2},{1700000000 + i},{i}" for i in range(50)]
    match = (
        r"made\.arff: the attribute 't' varies from 1700000000\.0 to 1700000049\.0, "
        r"which is one number in single precision: subtract an offset, .* remove it$"
    )
    with pytest.warns(LostDigitsWarning, match=match):
        data = read(*rows)
    assert len(np.unique(data.features[:, 0])) == 1


def test_further_attributes_are_counted(read):
    with pytest.warns(LostDigitsWarning, match=r"'t' .*\(and 1 more\)$"):
        read("0,1e9,-2e9", "1,1000000001,-2000000001")


@pytest.mark.parametrize(
    "rows",
    [
        # No digit varies, or enough do; a constant of a block is none of the file.
        ["0,1700000000,1", "1,1700000000,2"],
        ["0,1700000000,1", "1,1700000900,2"],
        [*["0,1700000000,1", "0,1700000001,1"] * 2, "1,1600000000,2"],
        # An attribute that a sparse row leaves out is 0.
        ["{1 1700000000}", "{1 1700000001}", "{0 1}"],
        # As small as 0.
        ["0,1e-60,1", "1,2e-60,2"],
    ],
)
def test_other_values_are_read_without_a_warning(read, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(*rows)
