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
