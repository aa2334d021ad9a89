import numpy as np
import pytest

from datasets import mulan_arff
from datasets.errors import DataError

_HEADER = """\
% a comment
@RELATION made

@attribute first {0,1}
@ATTRIBUTE 'second word' {0, 1}
@attribute tag_a {0,1}
@Attribute "third" {1,0}
@attribute tag_b {0,1}

@DATA
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="made.arff"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_reads_sparse_rows(write):
    path = write(_HEADER + "{0 1,2 1}\n% between rows\n\n{ 1 1, 3 1, 4 1 }\n{}\n")
    data = mulan_arff.read_arff(path, ["tag_a", "tag_b"])
    assert data.feature_names == ["first", "second word", "third"]
    assert data.features.dtype == data.labels.dtype == np.uint8
    np.testing.assert_array_equal(data.features, [[1, 0, 0], [0, 1, 1], [0, 0, 0]])
    np.testing.assert_array_equal(data.labels, [[1, 0], [0, 1], [0, 0]])


def test_dense_and_sparse_rows_mean_the_same(write):
    sparse = write(_HEADER + "{0 1,2 1}\n{1 1,4 1}\n", "sparse.arff")
    dense = write(_HEADER + "1,0,1,0,0\n0, 1, 0, 0, 1\n", "dense.arff")
    a, b = (mulan_arff.read_arff(p, ["tag_a", "tag_b"]) for p in (sparse, dense))
    np.testing.assert_array_equal(a.features, b.features)
    np.testing.assert_array_equal(a.labels, b.labels)


@pytest.mark.parametrize("row", ["0,2,1,0,0", "0, 2, 1.0, 0, 0e0", "0,2.0,1,0,0"])
def test_a_dense_row_of_any_numbers_is_read(write, row):
    data = mulan_arff.read_arff(write(_HEADER + row + "\n"), ["tag_a", "tag_b"])
    np.testing.assert_array_equal(data.features, [[0, 2, 0]])
    np.testing.assert_array_equal(data.labels, [[1, 0]])


def test_the_last_attributes_may_be_the_labels(write):
    data = mulan_arff.read_arff(write(_HEADER + "{0 1,4 1}\n"), 2)
    assert data.feature_names == ["first", "second word", "tag_a"]
    assert data.label_names == ["third", "tag_b"]
    np.testing.assert_array_equal(data.features, [[1, 0, 0]])
    np.testing.assert_array_equal(data.labels, [[0, 1]])


def test_labels_stand_in_the_order_of_the_caller(write):
    path = write(_HEADER + "{4 1}\n")
    data = mulan_arff.read_arff(path, ["tag_b", "tag_a"])
    assert data.label_names == ["tag_b", "tag_a"]
    np.testing.assert_array_equal(data.labels, [[1, 0]])


def test_indices_out_of_order_are_read(write):
    path = write(_HEADER + "{4 1,0 1}\n")
    data = mulan_arff.read_arff(path, ["tag_a", "tag_b"])
    np.testing.assert_array_equal(data.features, [[1, 0, 0]])
    np.testing.assert_array_equal(data.labels, [[0, 1]])


def test_numeric_features_are_float32(write):
    path = write("@attribute x real\n@attribute t {0,1}\n@data\n-1.5,1\n{0 2e1}\n")
    data = mulan_arff.read_arff(path, ["t"])
    assert data.features.dtype == np.float32
    np.testing.assert_array_equal(data.features, [[-1.5], [20]])
    np.testing.assert_array_equal(data.labels, [[1], [0]])


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(mulan_arff, "_BLOCK_ROWS", 2)


def test_rows_of_all_blocks_are_read_in_their_order(write, small_blocks):
    rows = ("{0 1}", "0,1,0,0,1", "% a comment", "{}", "{2 1,3 1}", "1,1,0,0,0")
    path = write(_HEADER + "\n".join(rows))
    data = mulan_arff.read_arff(path, ["tag_a", "tag_b"])
    assert data.features.dtype == np.uint8
    np.testing.assert_array_equal(
        data.features, [[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1], [1, 1, 0]]
    )
    np.testing.assert_array_equal(data.labels, [[0, 0], [0, 1], [0, 0], [1, 0], [0, 0]])


def test_one_block_of_other_numbers_makes_all_features_float32(write, small_blocks):
    path = write(_HEADER + "{0 1}\n{}\n{1 0.5}\n{2 1}\n")
    data = mulan_arff.read_arff(path, ["tag_a", "tag_b"])
    assert data.features.dtype == np.float32
    np.testing.assert_array_equal(
        data.features, [[1, 0, 0], [0, 0, 0], [0, 0.5, 0], [0, 0, 0]]
    )


@pytest.mark.parametrize("row", ["{9 1}", "{2 2}", "0,0,3,0,0"])
def test_a_bad_row_of_a_later_block_is_named_by_its_line(write, small_blocks, row):
    path = write(_HEADER + "{0 1}\n% a comment\n{}\n{0 1}\n" + row + "\n")
    with pytest.raises(DataError) as error:
        mulan_arff.read_arff(path, ["tag_a", "tag_b"])
    assert f"{path}, line {_HEADER.count(chr(10)) + 5}:" in str(error.value)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{0 1", "must end with '}'"),
        ("{0 1,2}", "'index value' pairs"),
        ("{0 1,,2 1}", "'index value' pairs"),
        ("{5 1}", "index 5 is not one of the 5"),
        ("{-1 1}", "index -1 is not one of the 5"),
        ("{0.5 1}", "index 0.5 is not one of the 5"),
        ("{1 1,0 1,1 1}", "index 1 twice"),
        ("{0 one}", "not a number"),
        ("{0 ?}", "not a number"),
        ("{0 nan}", "not finite"),
        ("0,0,x,0,0", "not a number"),
        ("0,0,0,0", "4 values in a row for 5 attributes"),
        ("{2 2}", "the label 'tag_a' is 2"),
        ("0,0,0,0,0.5", "the label 'tag_b' is 0.5"),
    ],
)
def test_a_bad_row_is_named_by_its_line(write, row, message):
    path = write(_HEADER + "{0 1}\n% a comment\n" + row + "\n{0 1}\n")
    bad_line = _HEADER.count("\n") + 3
    with pytest.raises(DataError, match=message) as error:
        mulan_arff.read_arff(path, ["tag_a", "tag_b"])
    assert f"{path}, line {bad_line}:" in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@attribute t {0,1}\n", "no @data line"),
        ("", "no @data line"),
        ("@attribute t {0,1}\n@data\n", "no rows after @data"),
        ("@attribute t {0,1}\n{0 1}\n", r"line 2: .* before @data"),
        ("@attribute t\n@data\n1\n", "line 1: not of the form"),
        ("@attribute t {yes,no}\n@data\n1\n", "line 1: type {yes,no}"),
        ("@attribute t {0,1}\n@attribute t {0,1}\n@data\n1,1\n", "'t' twice"),
        ("@attribute u {0,1}\n@data\n1\n", "no attribute for the label 't'"),
    ],
)
def test_a_bad_file_is_named(write, text, message):
    path = write(text)
    with pytest.raises(DataError, match=message) as error:
        mulan_arff.read_arff(path, ["t"])
    assert str(path) in str(error.value)


def test_reads_label_names_with_and_without_a_namespace(write):
    names = '<label name="a"></label><label name="b &amp; c"/>'
    plain = write(f"<labels>{names}</labels>", "plain.xml")
    namespaced = write(f'<labels xmlns="http://x.y/z">{names}</labels>', "ns.xml")
    assert mulan_arff.read_labels_xml(plain) == ["a", "b & c"]
    assert mulan_arff.read_labels_xml(namespaced) == ["a", "b & c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<labels><label", "is not XML"),
        ("<labels></labels>", "lists no labels"),
        ("<labels><label/></labels>", "lists no labels"),
        ('<labels><label name="a"/><label name="a"/></labels>', "'a' twice"),
    ],
)
def test_a_bad_label_file_is_named(write, text, message):
    path = write(text, "labels.xml")
    with pytest.raises(DataError, match=message) as error:
        mulan_arff.read_labels_xml(path)
    assert str(path) in str(error.value)
