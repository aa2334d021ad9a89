import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.evaluation.diagnostics import MAX_SLOPE, divergence_of, score_report
from ldrsp_tf.losses import gradient_penalty
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


def test_the_slope_of_a_critic_by_hand():
    # The critic is 3 y_1 - 4 y_2 itself.
    report = score_report(_trainer("wgan_gp"), _X, _TRUE, _PREDICTION)
    assert report["slope"] == pytest.approx(5.0)
    assert report["gradient_norm"] == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("trained_shape", "pixels"),
    [
        (None, 12),
        ((3, 4, 2), 12),
        ((2, 2, 2), 4),
        # Trained on crops of padded images.
        ((5, 6, 2), 12),
        ((5, 2, 2), 6),
    ],
)
def test_the_slope_of_maps_is_of_their_mean_over_crops_as_in_training(
    trained_shape, pixels
):
    trainer = Trainer(
        keras.Sequential(),
        _PixelScores(),
        get_method("wgan_gp"),
        _PixelSpace(),
        TrainingSettings(),
    )
    trainer.trained_shape = trained_shape
    y = np.random.default_rng(0).uniform(size=(4, 3, 4, 2)).astype(np.float32)
    prediction = Prediction(y, y, y[..., 0])
    report = score_report(trainer, tf.constant(y), y, prediction, 3)
    # Each pixel has (1, -1) / pixels, and the sum over the image (1, -1).
    assert report["slope"] == pytest.approx(np.sqrt(2.0 * pixels) / pixels)
    assert report["gradient_norm"] == pytest.approx(np.sqrt(2.0 * 12))


def test_the_slope_is_what_the_gradient_penalty_compares_with_one(
    make_map_trainer, maps
):
    trainer = make_map_trainer("wgan_gp")
    assert trainer.trained_shape == (8, 8, 2)  # Crops of images of 10 x 10.
    x = tf.constant(maps[0][:1])
    generated = trainer.generate(x).numpy()
    prediction = Prediction(generated, generated, generated[..., 0])
    report = score_report(trainer, x, maps[1][:1], prediction)
    # Between the output and itself, the penalty is of the slope there.
    y = tf.constant(generated[:, 1:9, 1:9])
    penalty = gradient_penalty(trainer.score(x[:, 1:9, 1:9]), y, y, [0, 1])
    assert (report["slope"] - 1.0) ** 2 == pytest.approx(float(penalty), rel=1e-4)
    assert report["slope"] > 0.0


@pytest.mark.parametrize("slope", [MAX_SLOPE * 1.01, np.inf, np.nan])
def test_a_slope_beyond_the_bound_is_a_divergence(slope):
    sentence = divergence_of({"slope": slope})
    assert sentence.startswith(f"The critic's slope is {slope:.3g} where")
    assert "smaller discriminator_learning_rate" in sentence


@pytest.mark.parametrize("score", [{}, {"gradient_norm": 2e5}, {"slope": MAX_SLOPE}])
def test_other_scores_are_no_divergence(score):
    assert divergence_of(score) is None


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
