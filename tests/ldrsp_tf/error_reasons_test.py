import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError, first_line, kind_of, reason_of


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (3, "an int"),
        ("f1", "a str"),
        (None, "a NoneType"),
        (UsageError, "the class UsageError"),
    ],
)
def test_the_kind_of_a_value_tells_classes_from_objects(value, kind):
    assert kind_of(value) == kind


def test_a_plain_error_is_its_first_paragraph_without_a_full_stop():
    error = ValueError("Two lines\n of one sentence.\n\nAnd something else.")
    assert reason_of(error) == "Two lines of one sentence"


def test_an_error_without_words_is_its_class():
    assert reason_of(KeyError()) == "KeyError"


class _Failing(keras.layers.Layer):
    def call(self, x):
        raise UsageError("This does not fit.")


def test_what_keras_adds_is_left_out():
    with pytest.raises(UsageError) as caught:
        _Failing()(np.zeros((1, 2)))
    assert "Arguments received" in str(caught.value)
    assert reason_of(caught.value) == "This does not fit"


def test_what_autograph_adds_is_left_out():
    @tf.function
    def failing(x):
        raise ValueError("This does not fit.")

    with pytest.raises(ValueError) as caught:
        failing(tf.zeros([]))
    assert "in user code" in str(caught.value)
    assert reason_of(caught.value) == "ValueError: This does not fit"


def test_names_of_operations_are_left_out():
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.reshape(tf.zeros([3]), [2])
    reason = reason_of(caught.value)
    assert "3 values" in reason
    assert "[Op:" not in reason
    assert "{{" not in reason


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("One line.\nAnother."), "One line."),
        (KeyError(), "KeyError"),
        (
            tf.errors.DataLossError(None, None, "{{node x}} Lost. [Op:RestoreV2]"),
            "Lost.",
        ),
    ],
)
def test_a_first_line_has_no_names_of_operations(error, line):
    assert first_line(error) == line
