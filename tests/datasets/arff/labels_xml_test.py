import pytest

from datasets.arff.labels_xml import read_labels_xml
from datasets.errors import DataError


@pytest.fixture
def write(tmp_path):
    def write(text, name="labels.xml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_reads_label_names_with_and_without_a_namespace(write):
    names = '<label name="a"></label><label name="b &amp; c"/>'
    plain = write(f"<labels>{names}</labels>", "plain.xml")
    namespaced = write(f'<labels xmlns="http://x.y/z">{names}</labels>', "ns.xml")
    assert read_labels_xml(plain) == ["a", "b & c"]
    assert read_labels_xml(namespaced) == ["a", "b & c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<labels><label", "is not XML"),
        ("<?xml version='1.0' encoding='none'?><labels/>", "is not XML"),
        ("<labels></labels>", "lists no labels"),
        ("<labels><label/></labels>", "lists no labels"),
        ('<labels><label name="a"/><label name="a"/></labels>', "'a' twice"),
    ],
)
def test_a_bad_label_file_is_named(write, text, message):
    path = write(text)
    with pytest.raises(DataError, match=message) as error:
        read_labels_xml(path)
    assert str(path) in str(error.value)


def test_a_missing_label_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"labels\.xml cannot be read \(No such file"):
        read_labels_xml(tmp_path / "labels.xml")
