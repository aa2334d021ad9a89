import pytest

from datasets.arff.header import Attribute, Header
from datasets.arff.meka import doubt_labels

_ATTRIBUTE = "weka.filters.unsupervised.attribute."
_WORDS = ("a", "b", "c", "d", "e", "f")


def _header(relation="", names=_WORDS, values=("0", "1")):
    return Header(relation, tuple(Attribute(name, values) for name in names))


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ("Remove-R1-2", 2),
        ("Remove-Rfirst-2", 2),
        ("Remove-R2,9-12", 2),
        ("Remove-R9-last,1", 2),
        ("Remove-V-R3-last", 2),
        ("Remove-R2-5-V", 2),
        ("Remove-R7-8", -2),
        ("Remove-R5-last", -2),
        ("Remove-V-R1-6", -2),
        ("Reorder-R3-last,1,2", 2),
        ("RemoveUseless-M99.0", 2),
        (
            "StringToWordVector-R3-W1000-weka.filters.unsupervised.attribute.Remove-R1",
            2,
        ),
    ],
)
def test_a_filter_that_has_moved_labels_is_a_doubt(filters, count):
    relation = f"'MEDC: -C {count} -{_ATTRIBUTE}{filters}'"
    doubt = doubt_labels(_header(relation), count)
    assert doubt is not None and "has removed or moved attributes since" in doubt


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ("Remove-R3", 2),
        ("Remove-R3-last", 2),
        ("Remove-R12,5-7", 2),
        ("Remove-V-R1-8", 2),
        ("Remove-R1-8,12-V", 2),
        ("Remove-R1-2", -2),
        ("Remove-V-R3-last", -2),
        ("StringToWordVector-R3-W1000-prune-rate-1.0-C", 2),
        ("NumericToNominal-Rfirst-last", 2),
        ("NominalToBinary-R1-2", 2),
    ],
)
def test_a_filter_that_leaves_the_labels_alone_is_none(filters, count):
    relation = f"'MEDC: -C {count} -{_ATTRIBUTE}{filters}'"
    assert doubt_labels(_header(relation), count) is None


def test_what_lies_before_the_number_of_labels_does_not_count():
    relation = f"'old-{_ATTRIBUTE}Remove-R1-2: -C 2'"
    assert doubt_labels(_header(relation), 2) is None


def test_of_a_merged_relation_the_first_number_counts():
    parts = [f"M: -C 2 -I 0-{_ATTRIBUTE}Remove-R{part}" for part in ("1-2", "3-last")]
    assert doubt_labels(_header("_".join(parts)), 2) is not None
    assert doubt_labels(_header("_".join(parts[::-1])), 2) is None


def test_a_neighbor_of_another_kind_ends_the_labels():
    labels, features = _header(names=("a", "b")).attributes, (Attribute("x"),) * 3
    relation = f"'M: -C 2 -{_ATTRIBUTE}Reorder-R2-last,1'"
    assert doubt_labels(Header(relation, (*labels, *features)), 2) is None


@pytest.mark.parametrize(
    ("names", "count", "is_doubtful"),
    [
        (("w0", "w1", "w2", "w3", "sun", "sea"), 2, True),
        (("sun", "sea", "w0", "w1", "w2", "w3"), -2, True),
        (("Label1", "Label2", "Att1", "Att2", "Att3"), 2, False),
        (("Att1", "Att2", "Att3", "Class1", "Class2"), -2, False),
        (("a1", "a2", "a3", "a4", "a5", "a6"), 2, False),
        (("a1", "a2", "a3", "a4", "a5", "a6"), -2, False),
        (("sun", "sea", "w0", "w1", "w2", "w3"), 2, False),
        (("w0", "w1", "w2", "w3", "sun", "sea"), -2, False),
        (("w0", "w1", "w2"), 2, False),
    ],
)
def test_numbers_that_go_on_beyond_the_labels_are_a_doubt(names, count, is_doubtful):
    header = _header(f"M: -C {count}", names)
    assert (doubt_labels(header, count) is not None) == is_doubtful


def test_the_other_end_has_to_be_of_the_kind_of_labels():
    names = ("w0", "w1", "w2", "w3")
    attributes = (*_header(names=names).attributes, Attribute("x"), Attribute("y"))
    assert doubt_labels(Header("M: -C 2", attributes), 2) is None
