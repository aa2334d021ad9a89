import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.prediction.predictor import predict
from ldrsp_tf.refinement import Refinement, refine


@pytest.fixture(scope="module")
def trainer(make_trainer):
    return make_trainer("ldrsp", dropout=0.25)


@pytest.mark.parametrize("predict_batch_size", [1, 7, 23, 24, 1000])
def test_chunks_join_to_the_whole(predict_batch_size, trainer, tags, monkeypatch):
    x, refinement = tf.constant(tags[0]), Refinement(step_size=0.3, steps=3)
    whole = predict(trainer, x, refinement)
    monkeypatch.setattr(trainer, "predict_batch_size", predict_batch_size)
    chunked = predict(trainer, x, refinement)
    for part, expected, shape in zip(chunked, whole, [(24, 5), (24, 5), (24,)]):
        assert isinstance(part, np.ndarray)
        assert part.shape == shape
        np.testing.assert_allclose(part, expected, atol=1e-5)


class _Counting:
    """A predictor that counts the rows of each call."""

    def __init__(self, predict_batch_size):
        self.predict_batch_size = predict_batch_size
        self.rows = []

    def generate(self, x):
        self.rows.append(len(x))
        return x


@pytest.mark.parametrize(
    ("predict_batch_size", "rows"), [(7, [7, 7, 6]), (10, [10, 10]), (1000, [20])]
)
def test_chunks_are_as_large_as_the_predictor_wants(predict_batch_size, rows):
    x = tf.random.stateless_uniform([20, 3], [0, 1])
    predictor = _Counting(predict_batch_size)
    prediction = predict(predictor, x, None)
    assert predictor.rows == rows
    np.testing.assert_array_equal(prediction.generated, x)


@pytest.mark.parametrize("normalized", [False, True])
def test_gives_generated_and_refined_outputs_and_their_scores(
    normalized, trainer, tags, monkeypatch
):
    x = tf.constant(tags[0])
    monkeypatch.setattr(trainer, "predict_batch_size", 10)
    prediction = predict(trainer, x, Refinement(0.3, 4, normalized))
    y = trainer.generate(x)
    refined = refine(trainer.score(x), y, step_size=0.3, steps=4, normalized=normalized)
    np.testing.assert_allclose(prediction.generated, y, rtol=1e-6)
    np.testing.assert_allclose(prediction.refined, refined, atol=1e-5)
    np.testing.assert_allclose(prediction.scores, trainer.score(x)(refined), rtol=1e-4)
    assert np.abs(prediction.refined - prediction.generated).max() > 0.01


def test_normalized_is_the_default(trainer, tags):
    assert Refinement(0.3, 2) == Refinement(0.3, 2, normalized=True)


def test_no_steps_leave_the_generated_output(trainer, tags):
    prediction = predict(trainer, tf.constant(tags[0]), Refinement(0.3, 0))
    np.testing.assert_array_equal(prediction.refined, prediction.generated)


def test_without_refinement_there_are_only_generated_outputs(make_trainer, tags):
    trainer, x = make_trainer("baseline"), tf.constant(tags[0])
    trainer.predict_batch_size = 7
    prediction = predict(trainer, x, None)
    np.testing.assert_allclose(prediction.generated, trainer.generate(x), rtol=1e-5)
    assert prediction.refined is None
    assert prediction.scores is None


@pytest.mark.parametrize("predict_batch_size", [7, 1024])
def test_the_trajectory_is_the_whole_walk(
    predict_batch_size, trainer, tags, monkeypatch
):
    x, refinement = tf.constant(tags[0]), Refinement(0.3, 4)
    monkeypatch.setattr(trainer, "predict_batch_size", predict_batch_size)
    prediction = predict(trainer, x, refinement, trajectory=True)
    assert prediction.trajectory.shape == (5, 24, 5)
    np.testing.assert_array_equal(prediction.trajectory[0], prediction.generated)
    np.testing.assert_array_equal(prediction.trajectory[-1], prediction.refined)
    assert prediction.trajectory_scores.shape == (5, 24)
    np.testing.assert_array_equal(prediction.trajectory_scores[-1], prediction.scores)
    for steps in (0, 1, 3):
        shorter = predict(trainer, x, Refinement(0.3, steps))
        np.testing.assert_allclose(
            prediction.trajectory[steps], shorter.refined, atol=1e-5
        )
        np.testing.assert_allclose(
            prediction.trajectory_scores[steps], shorter.scores, rtol=1e-4
        )
    assert np.ptp(prediction.trajectory_scores.mean(1)) > 0.0


def test_without_asking_there_is_no_trajectory(trainer, tags):
    prediction = predict(trainer, tf.constant(tags[0]), Refinement(0.3, 2))
    assert prediction[3:] == (None,) * 3


def test_without_refinement_there_is_no_trajectory(trainer, tags):
    prediction = predict(trainer, tf.constant(tags[0]), None, trajectory=True)
    assert prediction[3:] == (None,) * 3


def test_negative_steps_are_refused(refused):
    with refused("steps is -1: a whole number of at least 0"):
        Refinement(0.3, -1)


def test_the_number_of_steps_may_be_numpys(trainer, tags):
    x = tf.constant(tags[0])
    expected = predict(trainer, x, Refinement(0.3, 2)).refined
    prediction = predict(trainer, x, Refinement(np.float32(0.3), np.int64(2)))
    np.testing.assert_array_equal(prediction.refined, expected)
