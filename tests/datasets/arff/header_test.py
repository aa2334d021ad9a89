import bz2
import lzma
import pickle

import pytest

from datasets.arff.header import Attribute, read_header
from datasets.errors import DataError


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "made.arff"
        path.write_text(text)
        return read_header(path)

    return read


@pytest.mark.parametrize(
    ("line", "attribute"),
    [
        ("@attribute x real", Attribute("x")),
        ("@ATTRIBUTE\tx\tINTEGER", Attribute("x")),
        ("@attribute 'a b' Numeric % a comment", Attribute("a b")),
        (r"@attribute 'it\'s' real", Attribute("it's")),
        (r"@attribute m\'usica real", Attribute(r"m\'usica")),
        ('@attribute "{x}" real', Attribute("{x}")),
        ("@attribute x{0,1}", Attribute("x", ("0", "1"))),
        ("@attribute x { 'a, b' , c }", Attribute("x", ("a, b", "c"))),
        (
            "@attribute größe {größer,kleiner}",
            Attribute("größe", ("größer", "kleiner")),
        ),
    ],
)
def test_reads_an_attribute(read, line, attribute):
    assert read(f"{line}\n@data\n").attributes == (attribute,)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("string", "'x' is of type string"),
        ("DATE 'yyyy-MM-dd'", "'x' is of type DATE, which is not supported; remove it"),
        ("relational", "'x' is of type relational"),
        ("complex", "'x' has the type 'complex', which is neither numeric"),
        ("{}", "'x' has no values"),
        ("{a,b", "'x' has values that do not end with '}'"),
        ("{a,b} c", "'x' has values that do not end with '}'"),
        ("{'a,b}", "'x' has values in which a quote is not closed"),
        ("{a,b,a}", "'x' has the value 'a' twice"),
        ("", "not of the form '@attribute name type'"),
    ],
)
def test_another_type_is_refused_with_line_and_attribute(read, kind, message):
    with pytest.raises(DataError) as error:
        read(f"@relation r\n@attribute x {kind}\n@data\n")
    assert "made.arff, line 2: " in str(error.value)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("relation", "labels"),
    [
        ("'Music: -C 6'", 6),
        ("'Music: -C -6 -split-number 30'", -6),
        ('"Music:  -c  6"', 6),
        ("Music: -C 6", 6),
        ("'-C 0'", 0),
        ("Music", None),
        ("'A-C 5'", None),
        ("'Music: -C six'", None),
        ("'Music: -C 99999999999'", None),
    ],
)
def test_the_relation_may_say_how_many_attributes_are_labels(read, relation, labels):
    assert read(f"@relation {relation}\n@data\n").meka_labels == labels


def test_the_first_and_the_last_attributes_have_names(read):
    header = read("@attribute a real\n@attribute b real\n@attribute c real\n@data\n")
    assert header.outer_names(2) == ["a", "b"]
    assert header.outer_names(-2) == ["b", "c"]


def test_an_attribute_shows_its_type():
    assert str(Attribute("x")) == "'x' (numeric)"
    assert str(Attribute("x", ("a", "b"))) == "'x' ({a, b})"
    many = Attribute("x", tuple("abcdefghijk"))
    assert str(many) == "'x' ({a, b, c, d, e, f, g, h, i, ...})"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,tag\n1,2,0\n", "made.arff looks like CSV, not ARFF: convert it"),
        ("1.5,2,0\n", "looks like CSV, not ARFF"),
        ("a;b\n1;2\n", "looks like CSV, not ARFF"),
        ("a\tb\n1\t2\n", "looks like a table with tabs, not ARFF"),
        ("1 3:0.5 7:1\n", "looks like a LIBSVM file, not ARFF"),
        ('{"a": 1}\n', "looks like JSON, not ARFF"),
        ("<!DOCTYPE html>\n", "is an HTML page, not ARFF: name the file with the"),
        ('<labels><label name="a"/></labels>\n', "is an XML file, not ARFF"),
        ("words\n", "made.arff is not ARFF: ARFF has lines of @relation"),
    ],
)
def test_a_file_that_is_not_arff_is_named_as_what_it_is(read, text, message):
    with pytest.raises(DataError) as error:
        read(text)
    assert message in str(error.value)
    assert "before @data" not in str(error.value)


@pytest.mark.parametrize("line", ["@relation r", "@attribute x real", "@inputs x"])
def test_a_line_that_does_not_belong_into_a_header_is_named(read, line):
    with pytest.raises(DataError, match=r"line \d: '.*' before @data, where only"):
        read(f"{line}\n1,2\n@data\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04\x14\x00\xff", "is a zip archive: unpack it"),
        ("\ufeff@relation r\n".encode("utf-16-le"), "is in UTF-16: save it in UTF-8"),
        (bz2.compress(b"@relation r\n"), "is compressed by bzip2: unpack it, or"),
        (lzma.compress(b"@relation r\n"), "is compressed by xz: unpack it, or"),
        (
            b"\x93NUMPY\x01\x00v\x00{'descr'",
            "is a file of numpy.save: save the rows as",
        ),
        (pickle.dumps([1.0]), "is a pickle: save the rows as ARFF"),
        (b"\x89HDF\r\n\x1a\n", "is an HDF5 file"),
        (b"PAR1\x15\x04", "is a Parquet file"),
        (b"\x89PNG\r\n\x1a\n", "is a picture: name the file with the rows"),
    ],
)
def test_a_file_of_other_bytes_is_named_as_what_it_is(tmp_path, content, message):
    path = tmp_path / "made.arff"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_header(path)
