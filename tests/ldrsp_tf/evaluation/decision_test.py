import dataclasses
import json
import math

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.evaluation.decision import (
    Compared,
    Decision,
    decide_output,
    paired_gain,
)
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

# Two tags a row; the first is always on.
_TRUTH = np.array([[1, 0], [1, 1]] * 10, np.float32)
_RIGHT = np.where(_TRUTH > 0, 0.9, 0.1)
_FIRST_ALONE = np.array([[0.9, 0.1]] * 20)


def test_the_gain_is_the_mean_of_paired_differences_with_its_standard_error():
    gain, error = paired_gain(np.array([1.0, 0.5, 1.0]), np.array([0.5, 0.5, 0.0]))
    assert gain == pytest.approx(0.5)
    # The differences .5, 0 and 1 have the variance .25.
    assert error == pytest.approx(0.5 / math.sqrt(3))


def test_one_example_has_no_standard_error():
    assert paired_gain(np.array([1.0]), np.array([0.0])) == (1.0, math.inf)


def test_of_equally_good_outputs_the_cheapest_is_taken():
    outputs = {"generator": _RIGHT, "own": _RIGHT, "refined": _RIGHT}
    decision = decide_output(TagSpace(), outputs, _TRUTH)
    assert (decision.output, decision.decoder) == ("generator", "plugin")
    assert decision.metric == 1.0
    assert [each.is_taken for each in decision.compared] == [True] + [False] * 5


def test_a_dearer_output_is_taken_if_it_is_better_beyond_the_error():
    # F1 of half of the rows is 1 instead of 2/3: a gain of 1/6 with an error of .038.
    outputs = {"generator": _FIRST_ALONE, "refined": _RIGHT}
    decision = decide_output(TagSpace(), outputs, _TRUTH)
    assert decision.output == "refined"
    taken = next(each for each in decision.compared if each.output == "refined")
    assert taken.gain == pytest.approx(1 / 6)
    assert taken.error == pytest.approx(np.std([0, 1 / 3] * 10, ddof=1) / math.sqrt(20))


def test_a_gain_within_the_margin_is_not_taken():
    outputs = {"generator": _FIRST_ALONE, "refined": _RIGHT}
    decision = decide_output(TagSpace(), outputs, _TRUTH, margin=5.0)
    assert decision.output == "generator"
    assert "+16.7 ± 3.8 points of F1" in decision.sentence
    assert "not used" in decision.sentence


def test_the_sentence_says_that_refinement_is_used():
    outputs = {"generator": _FIRST_ALONE, "refined": _RIGHT}
    sentence = decide_output(TagSpace(), outputs, _TRUTH).sentence
    assert sentence.startswith("Refinement adds +16.7 ± 3.8 points of F1 on validation")
    assert sentence.endswith("used; refined outputs are taken.")


def test_the_sentence_has_the_whole_gain_where_both_decoders_are_taken():
    # Of half of the rows, those that 0.5 decides wrong, a threshold of 0.4 is right.
    right_if_tuned = np.where(_TRUTH > 0, 0.9, 0.1)
    right_if_tuned[1::4, 1] = 0.45
    outputs = {"generator": _FIRST_ALONE, "refined": right_if_tuned}
    decision = decide_output(TagSpace(), outputs, _TRUTH)
    refined = [each for each in decision.compared if each.output == "refined"]
    assert [each.is_taken for each in refined] == [True, True]
    assert [each.gain for each in refined] == pytest.approx([1 / 12, 1 / 12])
    error = np.std([0, 1 / 3] * 10, ddof=1) / math.sqrt(20)
    assert decision.refinement_gain == pytest.approx(1 / 6)
    assert decision.refinement_error == pytest.approx(error)
    assert decision.sentence == (
        "Refinement adds +16.7 ± 3.8 points of F1 on validation examples: used; "
        "refined outputs are taken, decided by a tuned threshold."
    )


def test_a_decoder_that_is_not_taken_has_no_part_in_the_gain():
    outputs = {"generator": _FIRST_ALONE, "refined": _RIGHT}
    decision = decide_output(TagSpace(), outputs, _TRUTH)
    assert decision.decoder == "plain"
    assert decision.refinement_gain == pytest.approx(1 / 6)


def test_the_sentence_of_an_older_file_has_the_gain_that_is_there():
    outputs = {"generator": _FIRST_ALONE, "refined": _RIGHT}
    description = dataclasses.asdict(decide_output(TagSpace(), outputs, _TRUTH))
    del description["refinement_gain"], description["refinement_error"]
    decision = Decision.from_dict(description)
    assert decision.sentence.startswith("Refinement adds +16.7 ± 3.8 points of F1 on")


def test_the_sentence_has_the_metric_as_tables_write_it():
    compared = Compared("refined", "plain", 0.5, 0.02, 0.01, True)
    decision = Decision("refined", "plain", "mean_iou", 0.5, (compared,))
    assert "+2.0 ± 1.0 points of mean IOU on validation" in decision.sentence


def test_the_sentence_of_a_method_without_a_discriminator():
    decision = decide_output(TagSpace(), {"generator": _RIGHT}, _TRUTH)
    assert decision.sentence == "G's outputs are taken, decided by plug-in."


def test_maps_have_one_decoder():
    truth = np.eye(2, dtype=np.float32)[
        np.random.default_rng(0).integers(0, 2, (6, 4, 4))
    ]
    wrong = 1.0 - truth
    decision = decide_output(
        ClassMapSpace("pixel_accuracy"), {"generator": wrong, "average": truth}, truth
    )
    assert (decision.output, decision.decoder) == ("average", "plain")
    assert decision.metric_name == "pixel_accuracy"
    assert [each.metric for each in decision.compared] == [0.0, 1.0]


def test_outputs_of_g_are_decided_for_the_users_oracle():
    # One of four tags is on, and G knows how often each is: the best F1 is that of two
    # tags, the most agreement, 3/4, that of none.
    probabilities = np.array([0.4, 0.3, 0.2, 0.1])
    truth = np.eye(4, dtype=np.float32)[[0, 0, 0, 0, 1, 1, 1, 2, 2, 3] * 10]
    y = np.tile(probabilities, (100, 1))

    def agreement(y, y_true):
        return 1.0 - tf.reduce_mean(tf.abs(y - y_true), 1)

    outputs = {"generator": y, "refined": np.zeros_like(y)}
    decision = decide_output(TagSpace(agreement), outputs, truth)
    assert (decision.output, decision.decoder) == ("generator", "plain")
    assert decision.metric == 0.75
    assert decision.sentence.startswith("Refinement adds +0.0 ± 0.0 points of value")


def test_one_validation_example_has_no_error_and_decides_for_the_cheapest():
    outputs = {"generator": _FIRST_ALONE[1:2], "refined": _RIGHT[1:2]}
    decision = decide_output(TagSpace(), outputs, _TRUTH[1:2])
    assert decision.output == "generator"
    assert [each.error for each in decision.compared] == [None] * 4
    sentence = "Refinement adds +33.3 points of F1 on the one validation example: not"
    assert decision.sentence.startswith(sentence)
    description = dataclasses.asdict(decision)
    json.dumps(description, allow_nan=False)
    # An older version had written an infinite one.
    for each in description["compared"]:
        each["error"] = math.inf
    assert Decision.from_dict(description) == decision


def test_a_decision_survives_json():
    outputs = {"generator": _FIRST_ALONE, "refined": _RIGHT}
    decision = decide_output(TagSpace(), outputs, _TRUTH)
    text = json.dumps(dataclasses.asdict(decision))
    assert Decision.from_dict(json.loads(text)) == decision
