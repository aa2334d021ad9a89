import gzip
import os

import numpy as np
import pytest

from datasets.arff import rows as arff_rows
from datasets.arff.reader import read_arff
from datasets.errors import DataError

_HEADER = """\
% a comment
@RELATION made

@attribute first {0,1}
@ATTRIBUTE 'second word' Numeric
@attribute tag_a {0,1}
@Attribute "third" { '0', "1" }
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
    data = read_arff(path, ["tag_a", "tag_b"])
    assert data.feature_names == ["first", "second word", "third"]
    assert data.features.dtype == data.labels.dtype == np.uint8
    np.testing.assert_array_equal(data.features, [[1, 0, 0], [0, 1, 1], [0, 0, 0]])
    np.testing.assert_array_equal(data.labels, [[1, 0], [0, 1], [0, 0]])


def test_dense_and_sparse_rows_mean_the_same(write):
    sparse = write(_HEADER + "{0 1,2 1}\n{1 1,4 1}\n", "sparse.arff")
    dense = write(_HEADER + "1,0,1,0,0\n0, 1, 0, 0, 1\n", "dense.arff")
    a, b = (read_arff(p, ["tag_a", "tag_b"]) for p in (sparse, dense))
    np.testing.assert_array_equal(a.features, b.features)
    np.testing.assert_array_equal(a.labels, b.labels)


@pytest.mark.parametrize("row", ["0,2,1,0,0", "0, 2, 1.0, 0, 0e0", "0,2.0,1,0,0"])
def test_a_dense_row_of_any_numbers_is_read(write, row):
    data = read_arff(write(_HEADER + row + "\n"), ["tag_a", "tag_b"])
    np.testing.assert_array_equal(data.features, [[0, 2, 0]])
    np.testing.assert_array_equal(data.labels, [[1, 0]])


def test_rows_separated_by_tabs_mean_the_same(write):
    header = "@attribute c {a,'b c'}\n@attribute x real\n@attribute t {0,1}\n@data\n"
    commas = read_arff(write(header + "a,1.5,1\n'b c',-2,0\n"), ["t"])
    tabs = read_arff(write(header + "a\t1.5\t1\n'b c'\t-2,\t0\n"), ["t"])
    np.testing.assert_array_equal(tabs.features, commas.features)
    np.testing.assert_array_equal(tabs.labels, commas.labels)
    with pytest.raises(DataError, match="line 5: 2 values in a row for 3 attributes"):
        read_arff(write(header + "a\t1.5\n"), ["t"])


def test_labels_stand_in_the_order_of_the_caller(write):
    path = write(_HEADER + "{4 1}\n")
    data = read_arff(path, ["tag_b", "tag_a"])
    assert data.label_names == ["tag_b", "tag_a"]
    np.testing.assert_array_equal(data.labels, [[1, 0]])


def test_indices_out_of_order_are_read(write):
    path = write(_HEADER + "{4 1,0 1}\n")
    data = read_arff(path, ["tag_a", "tag_b"])
    np.testing.assert_array_equal(data.features, [[1, 0, 0]])
    np.testing.assert_array_equal(data.labels, [[0, 1]])


def test_numeric_features_are_float32(write):
    path = write("@attribute x real\n@attribute t {0,1}\n@data\n-1.5,1\n{0 2e1}\n")
    data = read_arff(path, ["t"])
    assert data.features.dtype == np.float32
    np.testing.assert_array_equal(data.features, [[-1.5], [20]])
    np.testing.assert_array_equal(data.labels, [[1], [0]])


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(arff_rows, "BLOCK_ROWS", 2)


def test_rows_of_all_blocks_are_read_in_their_order(write, small_blocks):
    rows = ("{0 1}", "0,1,0,0,1", "% a comment", "{}", "{2 1,3 1}", "1,1,0,0,0")
    path = write(_HEADER + "\n".join(rows))
    data = read_arff(path, ["tag_a", "tag_b"])
    assert data.features.dtype == np.uint8
    np.testing.assert_array_equal(
        data.features, [[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1], [1, 1, 0]]
    )
    np.testing.assert_array_equal(data.labels, [[0, 0], [0, 1], [0, 0], [1, 0], [0, 0]])


def test_one_block_of_other_numbers_makes_all_features_float32(write, small_blocks):
    path = write(_HEADER + "{0 1}\n{}\n{1 0.5}\n{2 1}\n")
    data = read_arff(path, ["tag_a", "tag_b"])
    assert data.features.dtype == np.float32
    np.testing.assert_array_equal(
        data.features, [[1, 0, 0], [0, 0, 0], [0, 0.5, 0], [0, 0, 0]]
    )


@pytest.mark.parametrize("row", ["{9 1}", "{2 2}", "0,0,3,0,0"])
def test_a_bad_row_of_a_later_block_is_named_by_its_line(write, small_blocks, row):
    path = write(_HEADER + "{0 1}\n% a comment\n{}\n{0 1}\n" + row + "\n")
    with pytest.raises(DataError) as error:
        read_arff(path, ["tag_a", "tag_b"])
    assert f"{path}, line {_HEADER.count(chr(10)) + 5}:" in str(error.value)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{0 1", "must end with '}'"),
        ("{0 1}, {5}", r"ARFF instance weights \('\{5}' after a row\) are not supp"),
        ("{},{ 0.25 }", r"instance weights \('\{ 0.25 }' after"),
        ("0,1,0,0,1, {5}", r"instance weights \('\{5}' after"),
        ("{0 1,2}", "'index value' pairs"),
        ("{0 1,,2 1}", "'index value' pairs"),
        ("{5 1}", "index 5 is not one of the 5"),
        ("{-1 1}", "index -1 is not one of the 5"),
        ("{0.5 1}", "index 0.5 is not one of the 5"),
        ("{1 1,0 1,1 1}", "index 1 twice; name each attribute once"),
        ("{99999999999999999999 1}", "index 99999999999999999999 is not one of"),
        ("{1_0 1}", "index '1_0' is not one of"),
        ("{0 1 2,1 1}", "'first' is '1 2', which is not one of its values 0, 1"),
        ("{1 one}", "'second word' is 'one', which is not a number"),
        ("{1 ?}", r"'second word' is missing \('\?'\); fill it in"),
        ("0,?,0,0,0", "'second word' is missing"),
        ("{1 nan}", "'second word' is nan, which is not finite"),
        ("0,-inf,0,0,0", "'second word' is -inf, which is not finite"),
        ("0,1e39,0,0,0", r"'second word' is 1e\+39, which is not finite"),
        ("0,1_0,0,0,0", "'second word' is '1_0', which is not a number"),
        ("0,0,x,0,0", "'tag_a' is 'x', which is not one of its values 0, 1"),
        ("0,'0,0,0,0", "a quote is not closed"),
        ("0,'0'1,0,0,0", "a quote does not enclose the whole word"),
        ("0,0,0,0", "4 values in a row for 5 attributes"),
        ("0,0,0,0,0,", "6 values in a row for 5 attributes"),
        ("0,,0,0,0", "'second word' is '', which is not a number"),
        ("{2 2}", "'tag_a' is 2, which is not one of its values 0, 1"),
        ("{0 2}", "'first' is 2, which is not one of its values 0, 1"),
        ("0,0,0,0,0.5", "'tag_b' is 0.5, which is not one of its values 0, 1"),
    ],
)
def test_a_bad_row_is_named_by_its_line(write, row, message):
    path = write(_HEADER + "{0 1}\n% a comment\n" + row + "\n{0 1}\n")
    bad_line = _HEADER.count("\n") + 3
    with pytest.raises(DataError, match=message) as error:
        read_arff(path, ["tag_a", "tag_b"])
    assert f"{path}, line {bad_line}:" in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@attribute t {0,1}\n", "no @data line"),
        ("", "no @data line"),
        ("@attribute x real\n@attribute t {0,1}\n@data\n", "no rows after @data"),
        ("@attribute t {0,1}\n@data\n1\n", "no attribute beside the labels"),
        ("@attribute t {0,1}\n{0 1}\n", r"line 2: .* before @data"),
        ("@attribute t\n@data\n1\n", "line 1: not of the form"),
        ("@attribute t {a,b,c}\n@data\n1\n", r"label 't' \({a, b, c}\) has 3 values"),
        ("@attribute t {0,1}\n@attribute t {0,1}\n@data\n1,1\n", "'t' twice"),
        ("@attribute u {0,1}\n@data\n1\n", "no attribute for the label 't'"),
    ],
)
def test_a_bad_file_is_named(write, text, message):
    path = write(text)
    with pytest.raises(DataError, match=message) as error:
        read_arff(path, ["t"])
    assert str(path) in str(error.value)


def test_a_numeric_label_has_to_be_0_or_1(write):
    header = "@attribute x real\n@attribute t numeric\n@data\n"
    data = read_arff(write(header + "3,1\n4,0.0\n{0 5}\n"), ["t"])
    np.testing.assert_array_equal(data.labels, [[1], [0], [0]])
    with pytest.raises(DataError, match=r"line 4: the attribute 't' is 2"):
        read_arff(write(header + "3,2\n"), ["t"])


_NOMINAL = """\
@attribute colour {red,'dark blue', "it\'s \\"grey\\"" }
@attribute x real
@attribute switched {1,0}
@attribute t {0,1}
@attribute tt {1,0}
@data
"""
_COLUMNS = ["colour=red", "colour=dark blue", 'colour=it\'s "grey"', "x", "switched"]


@pytest.mark.parametrize(
    ("row", "features", "labels"),
    [
        ("red,1.5,1,0,1", [1, 0, 0, 1.5, 1], [0, 1]),
        ("'red' , '1.5', '1', '0', 1", [1, 0, 0, 1.5, 1], [0, 1]),
        ("dark blue,0,0,1,0", [0, 1, 0, 0, 0], [1, 0]),
        (r"""'it\'s "grey"',0,0,1,0""", [0, 0, 1, 0, 0], [1, 0]),
        ("{}", [1, 0, 0, 0, 1], [0, 1]),
        ("{0 red, 2 1, 4 1}", [1, 0, 0, 0, 1], [0, 1]),
        ('{0 "dark blue",1 -2,2 0,3 1,4 0}', [0, 1, 0, -2, 0], [1, 0]),
        (r"""{0 'it\'s "grey"'}  % a comment""", [0, 0, 1, 0, 1], [0, 1]),
    ],
)
def test_a_nominal_attribute_has_a_column_for_each_value(write, row, features, labels):
    data = read_arff(write(_NOMINAL + row + "\n"), ["t", "tt"])
    assert data.feature_names == _COLUMNS
    np.testing.assert_array_equal(data.features, [features])
    np.testing.assert_array_equal(data.labels, [labels])


def test_a_nominal_value_that_was_not_declared_is_refused(write):
    path = write(_NOMINAL + "pink,0,0,0,0\n")
    with pytest.raises(DataError, match=r"'colour' is 'pink', .* red, dark blue, it"):
        read_arff(path, ["t", "tt"])


def test_one_hot_columns_alone_stay_small(write):
    path = write("@attribute c {a,b,c}\n@attribute t {0,1}\n@data\nc,1\n{}\n")
    data = read_arff(path, ["t"])
    assert data.features.dtype == np.uint8
    np.testing.assert_array_equal(data.features, [[0, 0, 1], [1, 0, 0]])


def test_ignored_attributes_may_hold_any_values(write):
    path = write(_HEADER + "0,2,?,0,none\n{1 3,2 1,4 ?}\n")
    data = read_arff(path, [], ignored=["tag_a", "tag_b"])
    assert data.feature_names == ["first", "second word", "third"]
    np.testing.assert_array_equal(data.features, [[0, 2, 0], [0, 3, 0]])
    assert data.labels.shape == (2, 0)


def test_windows_lines_and_unicode_are_read(tmp_path):
    path = tmp_path / "grün und blau.arff"
    text = _HEADER.replace("first", "größe") + "1,2,0,1,1\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    data = read_arff(path, ["tag_a", "tag_b"])
    assert data.feature_names[0] == "größe"
    np.testing.assert_array_equal(data.features, [[1, 2, 1]])


def test_a_line_in_another_encoding_is_named_or_read(tmp_path):
    path = tmp_path / "made.arff"
    text = _HEADER.replace("first", "größe") + "1,2,0,1,1\n"
    path.write_bytes(text.encode("latin1"))
    with pytest.raises(DataError, match=r"made\.arff, line 4: not UTF-8"):
        read_arff(path, ["tag_a", "tag_b"])
    data = read_arff(path, ["tag_a", "tag_b"], any_encoding=True)
    np.testing.assert_array_equal(data.features, [[1, 2, 1]])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.arff cannot be read \(No such file"):
        read_arff(tmp_path / "none.arff", ["t"])
    with pytest.raises(DataError, match="cannot be read"):
        read_arff(tmp_path, ["t"])


@pytest.mark.parametrize("name", ["made.arff.gz", "made.arff"])
def test_a_file_that_gzip_has_compressed_is_read(tmp_path, write, name):
    text = _HEADER.replace("first", "größe") + "1,2,0,1,1\r\n0,0.5,1,0,0\n"
    plain = read_arff(write(text, "plain.arff"), ["tag_a", "tag_b"])
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()))
    packed = read_arff(path, ["tag_a", "tag_b"])
    assert packed.feature_names == plain.feature_names
    np.testing.assert_array_equal(packed.features, plain.features)
    np.testing.assert_array_equal(packed.labels, plain.labels)


def test_a_damaged_gzip_file_is_named(tmp_path):
    path = tmp_path / "made.arff.gz"
    whole = gzip.compress((_HEADER + "1,2,0,1,1\n" * 100).encode())
    for content in (whole[:40], whole[:2], whole[:20] + b"xxxx" + whole[24:]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"gz is a damaged gzip file \(.*again$"):
            read_arff(path, ["tag_a"])


def test_a_pipe_is_refused_at_once(tmp_path):
    path = tmp_path / "pipe.arff"
    os.mkfifo(path)
    with pytest.raises(DataError, match=r"pipe\.arff is not a file on a disk"):
        read_arff(path, ["tag_a"])
