"""The interface of an output space: all that depends on the kind of an output."""

import abc
import copy
from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import Method
from ldrsp_tf.models.adapters import ConstantOutput
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.oracles import Oracle, binarized
from ldrsp_tf.refinement import Move, logit_move
from ldrsp_tf.settings import RefinementGrid, TrainingSettings
from ldrsp_tf.spaces.custom_oracle import CustomOracle, Measure

DecoderParams = dict[str, float]

Shape = tuple[int, ...]

CUSTOM_METRIC = "value"

# The decoder that every space has: `decide`, without parameters.
PLAIN_DECODER = "plain"

# The norm of the adversarial term's gradient as a share of the surrogate's, where no
# fixed weight holds on other data than those that it was found on.
DEFAULT_SHARE = 0.1

# The number of rows of features in one call of a prediction.
_FEATURES_AT_ONCE = 1024

# The number of examples in one call of a custom oracle that is checked.
_CHECKED_AT_ONCE = 64


class OutputSpace(abc.ABC):
    """A kind of output: its activation, projection, decision, oracle and metrics.

    The rest of the library knows outputs through this class alone. A subclass defines
    the abstract methods and attributes; those named `default_*` hold where the user
    gives nothing else.

    Args:
      oracle: A measure of quality to use instead of the space's own oracle
        (`CustomOracle`). The discriminator learns it, and the best epoch and the
        refinement are chosen by its mean over decided outputs; the space's own metrics
        are reported beside it.

    Attributes:
      default_metric_name: The name of the metric of `default_example_metric`.
      initial_logit: The logit of every entry of the output that methods without a
        generator start at, or those along its last axis.
      rank: The number of axes of one output.
      outputs_name: A description of true outputs, with their shape, for messages.
      can_crop: Whether outputs are maps that can be predicted by overlapping crops.
      has_tuned_decoders: Whether `tune_decoder` finds parameters. Outputs need not be
        predicted for it otherwise.
      custom_oracle: The user's oracle; None if there is none.
    """

    default_metric_name: str
    initial_logit: float | tuple[float, ...]
    rank: ClassVar[int]
    outputs_name: ClassVar[str]
    can_crop: ClassVar[bool] = False
    has_tuned_decoders: ClassVar[bool] = True

    def __init__(self, oracle: Measure | None = None):
        self.custom_oracle = None if oracle is None else CustomOracle(oracle)

    def with_oracle(self, oracle: Measure) -> "OutputSpace":
        """Returns the same space with a measure of quality of the user's own."""
        space = copy.copy(self)
        space.custom_oracle = CustomOracle(oracle)
        return space

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments without the oracle, for saving.

        A subclass with a constructor of its own returns all of them, by name.
        """
        return {}

    # Outputs.

    @abc.abstractmethod
    def activation(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns the relaxed outputs in [0, 1] of the generator's logits."""

    @abc.abstractmethod
    def to_logits(
        self, outputs: tf.Tensor, from_logits: bool, y_shape: Shape
    ) -> tf.Tensor:
        """Converts the outputs of a user's model to logits.

        Args:
          outputs: Logits or probabilities, `[B, ...]`.
          from_logits: Whether they are logits.
          y_shape: The shape of one true output.

        Returns:
          Logits, `[B, *y_shape]` if the model fits.
        """

    @abc.abstractmethod
    def project(self, y: tf.Tensor) -> tf.Tensor:
        """Projects onto the feasible set, the P of Eq. 8-9."""

    @abc.abstractmethod
    def decide(self, y: tf.Tensor) -> tf.Tensor:
        """Returns the 0/1 output that a relaxed one stands for, of the same shape."""

    def move_of(self, method: Method) -> Move | None:
        """Returns the step of a method's walks; None for the projection of Eq. 8-9.

        Args:
          method: The method, whose iterates may be logits.
        """
        if method.iterates == "outputs":
            return None
        return logit_move(
            self.activation, lambda y: self.to_logits(y, False, tuple(y.shape[1:]))
        )

    def initial_logits(self, y_shape: Shape) -> ConstantOutput:
        """Returns a network of the logits that methods without a generator start at."""
        return ConstantOutput(y_shape, self.initial_logit)

    def initial_output(self, like: tf.Tensor) -> tf.Tensor:
        """Returns the outputs of these logits, feasible and of the shape of `like`."""
        logits = tf.constant(self.initial_logit, like.dtype)
        return self.activation(tf.zeros_like(like) + logits)

    def check_outputs(self, y: np.ndarray, name: str) -> None:
        """Refuses true outputs that are none of this space.

        Args:
          y: True outputs, `[N, ...]`.
          name: The name of the data in messages, such as "training data".

        Raises:
          UsageError: They have another rank, values outside [0, 1], or values that the
            space's metrics cannot measure.
        """
        if y.ndim != self.rank + 1:
            raise UsageError(
                f"The true outputs of the {name} have shape {y.shape}; "
                f"{self.outputs_name} are needed."
            )
        if y.size == 0:
            raise UsageError(
                f"The true outputs of the {name}, {y.shape}, have no values."
            )
        self._check_channels(y, name)
        if y.min() < 0 or y.max() > 1:
            raise UsageError(
                f"The true outputs of the {name} reach from {y.min():g} to "
                f"{y.max():g}: they have to lie in [0, 1] (tags as 0/1, classes "
                "one-hot)."
            )
        self._check_values(y, name)

    def check_inputs(  # noqa: B027  # A hook.
        self, x: np.ndarray, y: np.ndarray, name: str
    ) -> None:
        """Refuses inputs that cannot belong to outputs of this space.

        Args:
          x: Inputs, `[N, ...]`.
          y: True outputs, `[N, ...]`.
          name: The name of the data in messages.

        Raises:
          UsageError: They have another layout.
        """

    def _check_values(self, y: np.ndarray, name: str) -> None:  # noqa: B027  # A hook.
        """Refuses values in [0, 1] that this space's metrics cannot measure."""

    def _check_channels(self, y: np.ndarray, name: str) -> None:  # noqa: B027  # A hook.
        """Refuses a last axis that outputs of this space do not have."""

    # Quality.

    def oracle(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Returns v*(y, y*): the user's measure, or Eq. 1, 2 or 11."""
        if self.custom_oracle is not None:
            return self.custom_oracle(y, y_true)
        return self.default_oracle(y, y_true)

    def oracle_of(self, method: Method, settings: TrainingSettings) -> Oracle:
        """Returns the oracle of relaxed outputs, or of decided ones.

        Args:
          method: The method, whose own choice holds if the settings have none.
          settings: The settings, whose `binarised_oracle` comes first.
        """
        return self._decided(self.oracle, method, settings)

    def target_of(self, method: Method, settings: TrainingSettings) -> Oracle:
        """Returns the values that D's loss is computed from.

        They are the oracle's, or 1 minus the method's task loss if it has one, summed
        over the entries that share an oracle value. A custom oracle stands above that.

        Args:
          method: The method.
          settings: The settings, as in `oracle_of`.
        """
        task_loss = method.task_loss
        if task_loss is None or self.custom_oracle is not None:
            return self.oracle_of(method, settings)

        def value(y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
            rank = self.oracle(y, y_true).shape.rank
            return 1.0 - tf.reduce_sum(
                task_loss(y, y_true), list(range(rank, y.shape.rank))
            )

        return self._decided(value, method, settings)

    def _decided(
        self, oracle: Oracle, method: Method, settings: TrainingSettings
    ) -> Oracle:
        """Returns the oracle of decided outputs where settings or method choose it."""
        decided = settings.binarised_oracle
        if decided is None:
            decided = method.binarised_oracle
        return binarized(oracle, self.decide) if decided else oracle

    def check_oracle(self, y: np.ndarray, name: str) -> None:
        """Refuses a custom oracle that leaves [0, 1] on true or on empty outputs.

        Args:
          y: True outputs, `[N, ...]`.
          name: The name of the data in messages, such as "training data".

        Raises:
          UsageError: It does for some example, or cannot be compiled (`CustomOracle`).
        """
        if self.custom_oracle is None:
            return
        for first in range(0, len(y), _CHECKED_AT_ONCE):
            part = tf.cast(y[first : first + _CHECKED_AT_ONCE], tf.float32)
            for outputs in (part, tf.zeros_like(part)):
                self.custom_oracle.check_values(outputs, part, name, first)
            if first == 0:
                self.custom_oracle.check_compiles(part, part)

    @property
    def metric_name(self) -> str:
        """The name of the metric of `example_metric`."""
        return self.default_metric_name if self.custom_oracle is None else CUSTOM_METRIC

    def example_metric(self, y: np.ndarray, y_true: np.ndarray) -> np.ndarray:
        """Returns `metric_name` of each example, decided without tuning.

        Args:
          y: Relaxed outputs, `[..., N, ...]`: any number of leading axes.
          y_true: True outputs, `[N, ...]`.

        Returns:
          `[..., N]`.
        """
        if self.custom_oracle is None:
            return self.default_example_metric(y, y_true)
        axes = y.shape[: y.ndim - y_true.ndim]
        flat = y.reshape(-1, *y.shape[len(axes) :])
        values = [self._custom_values(outputs, y_true) for outputs in flat]
        return np.reshape(values, (*axes, len(y_true)))

    def selection_metric(self, measured: Mapping[str, float]) -> float:
        """Returns the value that the choice among states maximizes.

        Args:
          measured: Metrics of `measure` on validation examples.
        """
        if self.custom_oracle is not None:
            return measured[CUSTOM_METRIC]
        return self.default_selection_metric(measured)

    def measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        decoder_params: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """Computes every metric of outputs, as fractions in [0, 1].

        Args:
          y: Relaxed outputs, `[N, ...]`.
          y_true: True outputs, `[N, ...]`.
          decoder_params: The parameters of `tune_decoder` on validation examples.
          probabilities: Whether `y` are probabilities (the generator's outputs), so
            that expectations may be taken from them.
        """
        measured = self.default_measure(y, y_true, decoder_params, probabilities)
        return self._beside_custom(measured, y, y_true)

    def _beside_custom(
        self, measured: dict[str, float], y: np.ndarray, y_true: np.ndarray
    ) -> dict[str, float]:
        """Returns metrics of outputs, after the mean of the user's measure, if any."""
        if self.custom_oracle is None:
            return measured
        value = float(self._custom_values(y, y_true).mean())
        return {CUSTOM_METRIC: value, **measured}

    def _custom_values(self, y: np.ndarray, y_true: np.ndarray) -> np.ndarray:
        """Returns the user's measure of each decided output, `[N]`."""
        assert self.custom_oracle is not None
        decided = self.decide(tf.constant(y, tf.float32))
        return self.custom_oracle.mean_values(decided, tf.constant(y_true, tf.float32))

    # Decoders: the ways to decide relaxed outputs, with parameters of `tune_decoder`.

    def decoders(self, probabilities: bool) -> tuple[str, ...]:
        """Returns the names of the decoders, those to prefer when in doubt first.

        Args:
          probabilities: Whether the outputs are probabilities (`measure`).
        """
        del probabilities
        return (PLAIN_DECODER,)

    def decode(
        self, y: np.ndarray, decoder: str, decoder_params: Mapping[str, Any]
    ) -> np.ndarray:
        """Decides relaxed outputs.

        Args:
          y: Relaxed outputs, `[N, ...]`.
          decoder: One of `decoders`.
          decoder_params: The parameters of `tune_decoder`.

        Returns:
          0/1 outputs, float32, `[N, ...]`.
        """
        outputs = tf.constant(y, tf.float32)
        return self.decode_tensor(outputs, decoder, decoder_params).numpy()

    def decode_tensor(
        self, y: tf.Tensor, decoder: str, decoder_params: Mapping[str, Any]
    ) -> tf.Tensor:
        """Decides as `decode` does, by operations that a SavedModel can have.

        Args:
          y: Relaxed outputs, `[B, ...]`.
          decoder: One of `decoders`.
          decoder_params: The parameters of `tune_decoder`.

        Raises:
          UsageError: There is no such decoder.
        """
        del decoder_params
        if decoder != PLAIN_DECODER:
            raise UsageError(
                f"{type(self).__name__} has no decoder {decoder!r}; its decoders are "
                f"{', '.join(self.decoders(True))}."
            )
        return self.decide(y)

    def measure_decided(
        self, decided: np.ndarray, y_true: np.ndarray
    ) -> dict[str, float]:
        """Computes the metrics of decided outputs, as fractions in [0, 1].

        Args:
          decided: 0/1 outputs, `[N, ...]`.
          y_true: True outputs, `[N, ...]`.
        """
        own = {
            self.default_metric_name: float(
                self.default_example_metric(decided, y_true).mean()
            )
        }
        return self._beside_custom(own, decided, y_true)

    @abc.abstractmethod
    def surrogate_loss(self, logits: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Returns L_g of Eq. 6, a scalar."""

    @abc.abstractmethod
    def tune_decoder(self, y: np.ndarray, y_true: np.ndarray) -> DecoderParams:
        """Returns the parameters of tuned decoders, from validation examples."""

    @abc.abstractmethod
    def default_oracle(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Returns the space's own v*(y, y*): Eq. 1, 2 or 11."""

    @abc.abstractmethod
    def default_example_metric(self, y: np.ndarray, y_true: np.ndarray) -> np.ndarray:
        """Returns the space's own metric of each example (`example_metric`)."""

    @abc.abstractmethod
    def default_selection_metric(self, measured: Mapping[str, float]) -> float:
        """Returns the space's own selection metric (`selection_metric`)."""

    @abc.abstractmethod
    def default_measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        decoder_params: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """Computes the space's own metrics (`measure`)."""

    # Defaults of a training.

    @abc.abstractmethod
    def default_settings(self, method: Method) -> TrainingSettings:
        """Returns settings for a user's data with outputs of this kind.

        Those of a table's row are of its data set (`experiments/configs`), and are
        these for some methods only.

        Args:
          method: The method.
        """

    @abc.abstractmethod
    def default_grid(self) -> RefinementGrid:
        """Returns the candidates for step size and steps, for a user's data."""

    @abc.abstractmethod
    def default_discriminator(
        self, x_shape: Shape, y_shape: Shape, method: Method
    ) -> Discriminator:
        """Makes a discriminator with one score for each value of the oracle.

        Args:
          x_shape: The shape of one input.
          y_shape: The shape of one output.
          method: The method that it is trained by.

        Raises:
          UsageError: There is none for such inputs.
        """

    @staticmethod
    def _refuse_inputs(x_shape: Shape, accepted: str) -> NoReturn:
        """Refuses inputs that no default discriminator takes.

        Args:
          x_shape: The shape of one input.
          accepted: The inputs that one takes, with their shape.
        """
        raise UsageError(
            f"Inputs of shape {x_shape} need a discriminator of your own (a "
            "subclass of ldrsp_tf.Discriminator): the default one takes "
            f"{accepted}."
        )

    def predict_batch_size(self, batch_size: int, x_shape: Shape) -> int:
        """Returns the number of inputs to predict in one call.

        Rows of features are no burden; images and sequences may fill the memory.

        Args:
          batch_size: The number of examples of a training step.
          x_shape: The shape of one input.
        """
        return _FEATURES_AT_ONCE if len(x_shape) == 1 else batch_size
