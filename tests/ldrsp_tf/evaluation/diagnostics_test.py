import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.evaluation.diagnostics import score_report
from ldrsp_tf.methods import get_method
from ldrsp_tf.models import MLP, Discriminator
from ldrsp_tf.prediction.predictor import Prediction
from ldrsp_tf.settings import TrainingSettings
from ldrsp_tf.spaces.tags import TagSpace
from ldrsp_tf.training.trainer import Trainer


class _Linear(Discriminator):
    """D = sigmoid(3 y_1 - 4 y_2) for every x."""

    def features(self, x, training=False):
        return x

    def logits(self, features, y, training=False):
        return 3.0 * y[:, 0] - 4.0 * y[:, 1]


_X = tf.zeros([3, 1])
_TRUE = np.float32([[1, 0], [1, 1], [0, 1]])
_PREDICTION = Prediction(
    generated=np.float32([[0.0, 0.0], [0.0, 0.0], [0.4, 0.3]]),
    refined=np.float32([[1.0, 0.0], [0.5, 0.5], [0.5, 0.0]]),
    scores=np.float32([0.9, 0.6, 0.3]),
)


def _trainer(method="ldrsp"):
    trainer = Trainer(
        MLP(2, ()), _Linear(), get_method(method), TagSpace(), TrainingSettings()
    )
    trainer.generator(_X)
    return trainer


@pytest.mark.parametrize("predict_batch_size", [1, 2, 1024])
def test_score_report_by_hand(predict_batch_size):
    report = score_report(_trainer(), _X, _TRUE, _PREDICTION, predict_batch_size)
    # F1 of the refined outputs: 2 / 2, 2 * 1 / (1 + 2), 0. Scores 0.9, 0.6, 0.3.
    assert report.pop("oracle_mean") == pytest.approx((1.0 + 2.0 / 3.0) / 3.0)
    assert report.pop("refined_mean") == pytest.approx(0.6)
    # Deviations of the scores: 0.3, 0, -0.3; of the values: 4/9, 1/9, -5/9.
    # 0.3 / sqrt(0.18 * (16 + 1 + 25) / 81)
    expected = 0.3 / np.sqrt(0.18 * 42.0 / 81.0)
    assert report.pop("correlation") == pytest.approx(expected, rel=1e-5)
    # dD/dy = D (1 - D) (3, -4), of norm 5 D (1 - D); the logit is 0 in all examples.
    assert report.pop("gradient_norm") == pytest.approx(1.25)
    assert not report


def test_score_report_asks_the_oracle_of_the_method():
    # Decided above 0.5, the refined outputs have the F1 1, 0 and 0.
    report = score_report(_trainer("ldrsp_plus"), _X, _TRUE, _PREDICTION)
    assert report["oracle_mean"] == pytest.approx(1.0 / 3.0)


@pytest.mark.parametrize("constant", ["scores", "values"])
def test_correlation_with_a_constant_is_zero(constant):
    # 0.1 is no binary fraction, so the mean of many is not quite 0.1.
    rows = 100
    ramp = np.linspace(0.1, 0.9, rows, dtype=np.float32)
    level = np.full(rows, 0.1, np.float32)
    refined = np.zeros((rows, 2), np.float32)
    refined[:, 0] = level if constant == "values" else ramp
    prediction = Prediction(
        generated=refined,
        refined=refined,
        scores=level if constant == "scores" else ramp,
    )
    y_true = np.tile(np.float32([1, 0]), (rows, 1))
    report = score_report(_trainer(), tf.zeros([rows, 1]), y_true, prediction)
    assert report["correlation"] == 0.0


def test_numbers_are_plain_floats():
    report = score_report(_trainer(), _X, _TRUE, _PREDICTION)
    assert all(type(value) is float for value in report.values())


class _PixelScores(Discriminator):
    def features(self, x, training=False):
        return x

    def logits(self, features, y, training=False):
        return y[..., 0] - y[..., 1]


class _PixelSpace(TagSpace):
    def oracle(self, y, y_true):
        return tf.reduce_sum(y * y_true, -1)


def test_score_maps_are_compared_pixel_by_pixel():
    trainer = Trainer(
        keras.Sequential(),
        _PixelScores(),
        get_method("ldrsp"),
        _PixelSpace(),
        TrainingSettings(),
    )
    rng = np.random.default_rng(0)
    y = rng.uniform(size=(4, 3, 3, 2)).astype(np.float32)
    y_true = rng.uniform(size=(4, 3, 3, 2)).astype(np.float32)
    scores = rng.uniform(size=(4, 3, 3)).astype(np.float32)
    report = score_report(trainer, tf.constant(y), y_true, Prediction(y, y, scores))
    values = (y * y_true).sum(-1)
    assert report["oracle_mean"] == pytest.approx(values.mean(), rel=1e-5)
    expected = np.corrcoef(values.ravel(), scores.ravel())[0, 1]
    assert report["correlation"] == pytest.approx(expected, rel=1e-4)
    # Per pixel D (1 - D) (1, -1); one norm over the pixels of an example.
    d = 1.0 / (1.0 + np.exp(y[..., 1] - y[..., 0]))
    norms = np.sqrt(2.0 * np.sum((d * (1.0 - d)) ** 2, (1, 2)))
    assert report["gradient_norm"] == pytest.approx(norms.mean(), rel=1e-5)
