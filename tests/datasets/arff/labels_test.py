import numpy as np
import pytest

from datasets.arff.reader import read_arff
from datasets.errors import DataError


@pytest.fixture
def read(tmp_path):
    def read(values, *rows, label="t"):
        path = tmp_path / "made.arff"
        header = f"@attribute t {values}\n@attribute x numeric\n@data\n"
        path.write_text(header + "\n".join(rows) + "\n")
        return read_arff(path, [label])

    return read


@pytest.mark.parametrize(
    ("off", "on"),
    [
        ("FALSE", "TRUE"),
        ("no", "yes"),
        ("N", "Y"),
        ("F", "T"),
        ("off", "on"),
        ("Negative", "Positive"),
        ("absent", "present"),
        ("-1", "1"),
        ("1", "2"),
        ("0.0", "1.0"),
        ("'1'", "'10'"),
    ],
)
def test_a_known_pair_has_its_meaning_in_any_order(read, off, on):
    for values in (f"{{{off},{on}}}", f"{{ {on}, {off} }}"):
        data = read(values, f"{on},1", f"{off},0", f"{off},1")
        np.testing.assert_array_equal(data.labels, [[1], [0], [0]])
        assert data.label_names == ["t"]
        assert data.labels.dtype == np.uint8


def test_of_other_pairs_the_second_value_is_on(read):
    data = read("{rock,jazz}", "rock,0", "jazz,0")
    np.testing.assert_array_equal(data.labels, [[0], [1]])
    data = read("{jazz,rock}", "rock,0", "jazz,0")
    np.testing.assert_array_equal(data.labels, [[1], [0]])


@pytest.mark.parametrize(("values", "left_out"), [("{no,yes}", 0), ("{yes,no}", 1)])
def test_a_sparse_row_leaves_out_the_first_value(read, values, left_out):
    data = read(values, "{1 1}", "{0 yes}", "{0 no}")
    np.testing.assert_array_equal(data.labels, [[left_out], [1], [0]])


@pytest.mark.parametrize("value", ["1", "true", "0"])
def test_a_value_that_a_label_does_not_declare_is_refused(read, value):
    with pytest.raises(DataError, match=r"line 4: .* values FALSE, TRUE"):
        read("{FALSE,TRUE}", f"{value},1")


def test_a_feature_of_two_words_has_a_column_for_each(tmp_path):
    path = tmp_path / "made.arff"
    path.write_text("@attribute t {0,1}\n@attribute c {no,yes}\n@data\n1,yes\n")
    data = read_arff(path, ["t"])
    assert data.feature_names == ["c=no", "c=yes"]


@pytest.mark.parametrize(("values", "number"), [("{a,b,c}", 3), ("{1}", 1)])
def test_a_label_of_another_number_of_values_is_refused(read, values, number):
    with pytest.raises(DataError, match=rf"label 't' .* has {number} values where"):
        read(values, "a,1")
