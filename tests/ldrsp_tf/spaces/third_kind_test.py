"""A kind of output that the library does not have: values along a sequence."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import Discriminator, Refiner
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import RefinementGrid, SamplingSettings, TrainingSettings
from ldrsp_tf.spaces import OutputSpace
from ldrsp_tf.spaces.logits import logits_of_bernoulli
from ldrsp_tf.training.history import History


class SequenceDiscriminator(Discriminator):
    """A score for each example: how well y follows a linear map of x."""

    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(channels)

    def features(self, x, training=False):
        return self.dense(x)

    def logits(self, features, y, training=False):
        return tf.reduce_mean(features * (2.0 * y - 1.0), [1, 2])


class SequenceSpace(OutputSpace):
    """Values in [0, 1] along a sequence, `[B, T, C]`, measured by their agreement."""

    default_metric_name = "agreement"
    initial_logit = 0
    rank = 2
    outputs_name = "sequences [N, T, C]"

    def activation(self, logits):
        return tf.sigmoid(logits)

    def to_logits(self, outputs, from_logits, y_shape):
        return outputs if from_logits else logits_of_bernoulli(outputs)

    def project(self, y):
        return tf.clip_by_value(y, 0.0, 1.0)

    def decide(self, y):
        return tf.cast(y > 0.5, y.dtype)

    def surrogate_loss(self, logits, y_true):
        return tf.reduce_mean(
            tf.nn.sigmoid_cross_entropy_with_logits(labels=y_true, logits=logits)
        )

    def tune_decoder(self, y, y_true):
        return {}

    def default_oracle(self, y, y_true):
        return 1.0 - tf.reduce_mean(tf.abs(y - y_true), [1, 2])

    def default_example_metric(self, y, y_true):
        return np.mean((y > 0.5) == (y_true > 0.5), axis=(-2, -1))

    def default_selection_metric(self, measured):
        return measured["agreement"]

    def default_measure(self, y, y_true, decoder_params, probabilities):
        return {"agreement": float(self.default_example_metric(y, y_true).mean())}

    def default_settings(self, method):
        sampling = SamplingSettings(inference_steps=1)
        return TrainingSettings(batch_size=8, sampling=sampling)

    def default_grid(self):
        return RefinementGrid((0.5,), (1, 2))

    def default_discriminator(self, x_shape, y_shape, method):
        return SequenceDiscriminator(y_shape[-1])


@pytest.fixture
def sequences():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(24, 6, 3)).astype(np.float32)
    return x, (x[..., :2] > 0.0).astype(np.float32)


@pytest.mark.parametrize("method", ["ldrsp", "ldrsp_plus", "gan", "dvn"])
def test_a_third_kind_of_output_is_trained_and_refined(
    method, sequences, tmp_path, eagerly
):
    x, y = sequences
    model = keras.Sequential([keras.layers.Dense(2, activation="sigmoid")])
    generator = None if method == "dvn" else model
    refiner = Refiner(generator, SequenceSpace(), method=method)
    refiner.fit(sequences, 0.25, epochs=1)
    prediction = refiner.predict(x)
    assert prediction.generated.shape == prediction.refined.shape == y.shape
    assert prediction.scores.shape == (24,)
    measured = refiner.evaluate(sequences)
    assert 0.0 <= measured["refined"]["agreement"] <= 1.0
    refiner.export(tmp_path / "exported")
    served = tf.saved_model.load(str(tmp_path / "exported")).signatures
    np.testing.assert_allclose(
        served["serving_default"](x=tf.constant(x))["refined"],
        prediction.refined,
        atol=1e-5,
    )


def test_a_measure_of_the_users_works_on_it_too(sequences, eagerly):
    def few(y, y_true):
        return 1.0 - tf.reduce_mean(y, [1, 2])

    model = keras.Sequential([keras.layers.Dense(2)])
    refiner = Refiner(model, SequenceSpace(), oracle=few)
    refiner.fit(sequences, 0.25, epochs=1)
    assert set(refiner.evaluate(sequences)["refined"]) == {"value", "agreement"}


def test_its_outputs_are_checked_by_its_own_description(sequences, eagerly):
    model = keras.Sequential([keras.layers.Dense(2)])
    with pytest.raises(UsageError, match=r"sequences \[N, T, C\] are needed"):
        Refiner(model, SequenceSpace()).fit(
            (sequences[0], sequences[1][..., 0]), epochs=1
        )


class _TunedSpace(SequenceSpace):
    def tune_decoder(self, y, y_true):
        return {"threshold": np.float32(0.5), "thresholds": np.full(2, 0.5)}

    def default_measure(self, y, y_true, decoder_params, probabilities):
        return {"agreement": self.default_example_metric(y, y_true).mean(dtype="f")}


def test_its_parameters_and_metrics_may_be_numbers_of_numpy(
    sequences, tmp_path, eagerly
):
    model = keras.Sequential([keras.layers.Dense(2)])
    refiner = Refiner(model, _TunedSpace(), method="baseline")
    history = refiner.fit(sequences, 0.25, epochs=1, folder=tmp_path)
    (record,) = History(tmp_path / "metrics.jsonl").records
    validation = history.records[0]["validation"]
    assert record["validation"]["metric"] == validation["metric"]
    params = record["validation"]["calibration"]["generator"]
    assert params == {"threshold": 0.5, "thresholds": [0.5, 0.5]}


def test_results_that_no_file_can_hold_are_refused_before_the_training(
    sequences, monkeypatch, eagerly
):
    params = {"threshold": tf.constant(0.5)}
    monkeypatch.setattr(_TunedSpace, "tune_decoder", lambda self, y, y_true: params)
    refiner = Refiner(
        keras.Sequential([keras.layers.Dense(2)]), _TunedSpace(), method="baseline"
    )
    with pytest.raises(UsageError, match="Tensor is among the results, which no file"):
        refiner.fit(sequences, 0.25, epochs=1)
