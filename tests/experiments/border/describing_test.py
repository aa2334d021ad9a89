import dataclasses

import numpy as np
import pytest

from experiments.border.describing import (
    association,
    describe_data,
    describe_labels,
    describe_sets,
)
from experiments.border.descriptions import Description, read_descriptions
from experiments.border.plan import Structure
from experiments.summaries.result_file import write_json
from ldrsp_tf.errors import UsageError


def test_labels_are_counted():
    labels = np.array([[1, 1, 0], [0, 0, 0], [1, 1, 1], [0, 0, 1]], np.uint8)
    about = describe_labels(labels)
    assert (about.rows, about.labels, about.cardinality) == (4, 3, 1.5)
    assert about.perfect_f1 is None


def test_association_is_1_for_copies_and_0_for_independent_labels():
    four = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert association(four) == pytest.approx(0)
    assert association(four[:, [0, 0, 1, 1]]) == pytest.approx(1)
    # Both labels of the copy are on in two rows of four, as is the other one.
    assert association(four[:, [0, 0, 1]]) == pytest.approx(2 / 3)


def test_exclusive_labels_are_associated():
    assert association(np.array([[0, 1], [1, 0]])) == pytest.approx(1)


def test_labels_that_never_change_are_left_out():
    assert association(np.array([[1, 0], [1, 1]])) == 0
    assert association(np.zeros([3, 2], int)) == 0


def test_descriptions_are_read_as_they_are_written(tmp_path):
    about = Description(10, 4, 1.5, 0.25)
    write_json(tmp_path / "data.json", {"bibtex": dataclasses.asdict(about)})
    assert read_descriptions(tmp_path) == {"bibtex": about}
    assert read_descriptions(tmp_path / "nothing") == {}


def test_the_labels_of_a_set_are_those_of_its_training_rows(tmp_path):
    found = describe_sets(["synthetic_tags"], str(tmp_path), None)
    about = found["synthetic_tags"]
    assert (about["rows"], about["labels"]) == (3000, 40)
    assert about["cardinality"] == pytest.approx(3.1, abs=0.05)


@pytest.mark.slow
def test_dependence_alone_leaves_room_to_exact_decisions():
    none, strong = (
        describe_data(Structure("-", dependence, 4), rows=100, draws=1)
        for dependence in (0.0, 1.0)
    )
    assert (none.rows, none.labels) == (strong.rows, strong.labels) == (100, 88)
    # The same words, and the same probabilities of single labels.
    assert none.perfect_f1 == pytest.approx(strong.perfect_f1, abs=5)
    assert none.room == 0
    assert 0.2 < strong.room < 1


def test_the_best_f1_between_dependence_and_none_is_unknown():
    with pytest.raises(UsageError, match=r"'half' has a dependence of 0\.5"):
        describe_data(Structure("half", 0.5, 1), rows=10, draws=1)
