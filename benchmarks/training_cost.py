"""The time of an epoch of a method, part by part, beside a lower bound."""

import dataclasses
import statistics
import time
from collections.abc import Callable, Mapping

import tensorflow as tf

from benchmarks.operations import count
from ldrsp_tf import sampling
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.methods import BASELINE, Method
from ldrsp_tf.models import Discriminator
from ldrsp_tf.refinement import score_and_gradient
from ldrsp_tf.sampling.replay import ReplayChains
from ldrsp_tf.sampling.sources import SamplingContext, StatelessSource
from ldrsp_tf.settings import SamplingSettings
from ldrsp_tf.training.trainer import Trainer

# Makes a trainer of one task with the given method.
Maker = Callable[[Method], Trainer]
Rates = Mapping[str, float]

# Adam reads a weight, its gradient and two moments, and writes all but the gradient.
_BYTES_OF_AN_UPDATE = 7 * 4

# The steps of refinement that a source takes for a batch.
_STEPS: Mapping[object, Callable[[SamplingSettings], int]] = {
    sampling.InferenceSource: lambda settings: settings.inference_steps,
    sampling.AdversarialSource: lambda settings: settings.adversarial_steps,
    sampling.LossAugmentedSource: lambda settings: settings.inference_steps,
    ReplayChains: lambda settings: settings.chain_steps,
}


class RestingSource(StatelessSource):
    """A source of samples that stay at G(x), at no cost."""

    def draw(self, context: SamplingContext) -> tf.Tensor:
        """Returns G(x), `[B, ...]`."""
        return context.y_generated


def with_resting_samples(method: Method) -> Method:
    """Returns the method with as many samples, which stay at G(x)."""
    sources = ((1.0, RestingSource),) if method.sources else ()
    return dataclasses.replace(method, sources=sources)


def median_seconds(
    functions: Mapping[str, Callable[[], object]],
    repeats: int = 5,
    budget: float = 20.0,
) -> dict[str, float]:
    """Returns the median seconds of each function, without first calls, which compile.

    The functions take turns, so that a machine that slows down affects all of them.

    Args:
      functions: The functions, by name.
      repeats: The largest number of timed calls of each.
      budget: The seconds after which no further round begins; one is always made.
    """
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(repeats + 1):
        for name, function in functions.items():
            begin = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - begin)
        if sum(sum(found[1:]) for found in seconds.values()) > budget:
            break
    return {name: statistics.median(found[1:]) for name, found in seconds.items()}


def training_cost(
    make: Maker, method: Method, examples: Examples, rates: Rates, epochs: int = 5
) -> dict[str, object]:
    """Measures an epoch and its parts.

    The time of a part is the difference of epochs with and without it: the input alone,
    then with G's update, with D's (and G's gradient through D), and with the
    trajectories of D's samples.

    Args:
      make: A function that makes a trainer for a method.
      method: The method to measure.
      examples: The training rows.
      rates: The machine's `operations_per_second` and `bytes_per_second`.
      epochs: The number of epochs to take the median of.

    Returns:
      seconds, examples_per_second: The time and the rate of an epoch.
      parts: The seconds of each part.
      operations, bytes: The least operations and memory traffic of an epoch.
      bound: The least seconds that the machine needs for these.
    """
    trainer = make(method)
    stages = {"input": input_epoch(trainer, examples)}
    if method.has_generator:
        stages["generator"] = training_epoch(make(BASELINE), examples)
    if method.has_discriminator:
        resting = make(with_resting_samples(method))
        stages["discriminator"] = training_epoch(resting, examples)
    if method.sources:
        stages["walks"] = training_epoch(trainer, examples)
    times = median_seconds(stages, epochs)
    resting = make(with_resting_samples(method))
    operations, moved = least_work(trainer, resting, examples)
    seconds = list(times.values())[-1]
    return {
        "seconds": seconds,
        "examples_per_second": len(examples.x) / seconds,
        "parts": _differences(times),
        "operations": operations,
        "bytes": moved,
        "bound": max(
            operations / rates["operations_per_second"],
            moved / rates["bytes_per_second"],
        ),
    }


def _differences(times: dict[str, float]) -> dict[str, float]:
    parts, before = {}, 0.0
    for name, seconds in times.items():
        parts[name], before = seconds - before, seconds
    return parts


def training_epoch(trainer: Trainer, examples: Examples) -> Callable[[], object]:
    """Returns a function that trains for an epoch."""
    x, y = tf.constant(examples.x), tf.constant(examples.y)
    trainer.set_progress(0.0)
    return lambda: trainer.train_epoch(x, y, 0)


def input_epoch(trainer: Trainer, examples: Examples) -> Callable[[], object]:
    """Returns a function that gathers, casts and augments all batches of an epoch."""
    x, y = tf.constant(examples.x), tf.constant(examples.y)

    @tf.function
    def gather(order: tf.Tensor) -> tf.Tensor:
        total = tf.constant(0.0)
        for step in tf.range(tf.shape(order)[0]):
            for part in trainer.batch(x, y, order[step], step):
                # One number of each part is used; otherwise none would be computed.
                total += tf.reshape(part, [-1])[0]
        return total

    order = tf.constant(trainer.order(len(examples.x), 0))
    return lambda: gather(order)


def least_work(
    trainer: Trainer, resting: Trainer, examples: Examples
) -> tuple[int, int]:
    """Counts the least operations and memory traffic of an epoch.

    Args:
      trainer: The trainer of the method.
      resting: The trainer of the method `with_resting_samples`.
      examples: The training rows.

    Returns:
      The number of multiplications and additions of all products, and the number of
      bytes of the rows and of Adam's updates.
    """
    order = trainer.order(len(examples.x), 0)
    x, y = trainer.batch(
        tf.constant(examples.x), tf.constant(examples.y), order[0], tf.constant(0)
    )
    specs = [tf.TensorSpec(part.shape) for part in (x, y)]
    # An epoch does not convert it either.
    step = tf.function(resting.train_step, autograph=False).get_concrete_function(
        *specs, tf.TensorSpec([], tf.int32)
    )
    operations = count(step) + trajectory_operations(trainer, *specs)
    rows = sum(part[: order.shape[1]].nbytes for part in examples)
    moved = rows + _BYTES_OF_AN_UPDATE * _updated_weights(trainer)
    return len(order) * round(operations), len(order) * moved


def _updated_weights(trainer: Trainer) -> int:
    """Counts the updates of single weights in a step."""
    weights = 0
    for network, updates in (
        (trainer.generator, 1),
        (trainer.discriminator, trainer.method.discriminator_updates),
    ):
        if network is not None:
            sizes = (tf.size(weight.value) for weight in network.trainable_variables)
            weights += updates * int(sum(sizes))
    return weights


def trajectory_operations(
    trainer: Trainer, x: tf.TensorSpec, y: tf.TensorSpec
) -> float:
    """Counts the operations of a step's sample trajectories, averaged over the sources.

    Args:
      trainer: The trainer of the method.
      x: The shape of a batch of inputs, `[B, ...]`.
      y: The shape of a batch of outputs, `[B, ...]`.
    """
    method, settings = trainer.method, trainer.settings
    if not method.sources or trainer.discriminator is None:
        return 0.0
    shares = settings.source_shares or [share for share, _ in method.sources]
    steps = sum(
        share * _STEPS[source](settings.sampling)
        for share, (_, source) in zip(shares, method.sources)
    )
    updates = method.discriminator_updates
    return updates * steps * step_operations(trainer.discriminator, x, y)


def step_operations(
    discriminator: Discriminator, x: tf.TensorSpec, y: tf.TensorSpec
) -> int:
    """Counts the operations of a refinement step: D's logits and their gradient in y.

    Args:
      discriminator: D.
      x: The shape of a batch of inputs, `[B, ...]`.
      y: The shape of a batch of outputs, `[B, ...]`.
    """

    @tf.function(autograph=False)
    def features(x: tf.Tensor) -> object:
        return discriminator.features(x)

    @tf.function(autograph=False)
    def gradient(x: tf.Tensor, y: tf.Tensor) -> object:
        of_x = discriminator.features(x)
        return score_and_gradient(lambda y: discriminator.logits(of_x, y), y)

    return count(gradient.get_concrete_function(x, y)) - count(
        features.get_concrete_function(x)
    )
