"""What an epoch of a method costs, part by part, beside the least it could cost."""

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
from ldrsp_tf.training.trainer import Trainer

# Makes a trainer of the same task with another method.
Maker = Callable[[Method], Trainer]
Rates = Mapping[str, float]

# Adam reads a weight, its gradient and two moments, and writes all but the gradient.
_BYTES_OF_AN_UPDATE = 7 * 4

# Steps of a walk that a source takes for a batch.
_STEPS = {
    sampling.InferenceSource: lambda settings: settings.inference_steps,
    sampling.AdversarialSource: lambda settings: settings.adversarial_steps,
    sampling.LossAugmentedSource: lambda settings: settings.inference_steps,
    ReplayChains: lambda settings: settings.chain_steps,
}


class RestingSource(StatelessSource):
    """Samples that cost no walk: they stay at G(x)."""

    def draw(self, context: SamplingContext) -> tf.Tensor:
        """Returns G(x), `[B, ...]`."""
        return context.y_generated


def without_walks(method: Method) -> Method:
    """The method with as many samples, which stay where they start."""
    sources = ((1.0, RestingSource),) if method.sources else ()
    return dataclasses.replace(method, sources=sources)


def median_seconds(
    functions: Mapping[str, Callable[[], object]],
    repeats: int = 5,
    budget: float = 20.0,
) -> dict[str, float]:
    """The median time of each function, their first calls (which compile) left out.

    They take turns, so that a machine that gets slower does so for all of them.

    Args:
      functions: By name.
      repeats: Most calls of each.
      budget: Seconds after which no further round begins, but one is always made.
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

    A part is what an epoch takes longer with it than without it: the input alone, then
    with G's update, with D's (and G's gradient through D), with the samples' walks.

    Args:
      make: Makes a trainer for a method.
      method: What is measured.
      examples: The training rows.
      rates: `operations_per_second` and `bytes_per_second` of the machine.
      epochs: How many the median is of.

    Returns:
      seconds, examples_per_second: Of an epoch.
      parts: Seconds by part.
      operations, bytes: What an epoch needs at least.
      bound: The seconds that the machine needs for these at least.
    """
    trainer = make(method)
    stages = {"input": input_epoch(trainer, examples)}
    if method.has_generator:
        stages["generator"] = training_epoch(make(BASELINE), examples)
    if method.has_discriminator:
        resting = make(without_walks(method))
        stages["discriminator"] = training_epoch(resting, examples)
    if method.sources:
        stages["walks"] = training_epoch(trainer, examples)
    times = median_seconds(stages, epochs)
    operations, moved = least_work(trainer, make(without_walks(method)), examples)
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
    """An epoch of training, as a function."""
    x, y = tf.constant(examples.x), tf.constant(examples.y)
    trainer.set_progress(0.0)
    return lambda: trainer.train_epoch(x, y, 0)


def input_epoch(trainer: Trainer, examples: Examples) -> Callable[[], object]:
    """Gathering, casting and augmenting all batches of an epoch, as a function."""
    x, y = tf.constant(examples.x), tf.constant(examples.y)

    @tf.function
    def gather(order: tf.Tensor) -> tf.Tensor:
        total = tf.constant(0.0)
        for step in tf.range(tf.shape(order)[0]):
            for part in trainer.batch(x, y, order[step], step):
                # One number of each: what nothing depends on is not computed.
                total += tf.reshape(part, [-1])[0]
        return total

    order = tf.constant(trainer.order(len(examples.x), 0))
    return lambda: gather(order)


def least_work(
    trainer: Trainer, resting: Trainer, examples: Examples
) -> tuple[int, int]:
    """What an epoch has to compute, and to move to and from memory, at least.

    Args:
      trainer: Of the method.
      resting: Of the method `without_walks`.
      examples: The training rows.

    Returns:
      Multiplications and additions of all products; bytes of the rows and of Adam's
      updates.
    """
    order = trainer.order(len(examples.x), 0)
    x, y = trainer.batch(
        tf.constant(examples.x), tf.constant(examples.y), order[0], tf.constant(0)
    )
    specs = [tf.TensorSpec(part.shape) for part in (x, y)]
    step = tf.function(resting.train_step).get_concrete_function(
        *specs, tf.TensorSpec([], tf.int32)
    )
    operations = count(step) + walk_operations(trainer, *specs)
    rows = sum(part[: order.shape[1]].nbytes for part in examples)
    moved = rows + _BYTES_OF_AN_UPDATE * _updated_weights(trainer)
    return len(order) * round(operations), len(order) * moved


def _updated_weights(trainer: Trainer) -> int:
    """Weights that a step updates, as often as it does."""
    weights = 0
    for network, updates in (
        (trainer.generator, 1),
        (trainer.discriminator, trainer.method.discriminator_updates),
    ):
        if network is not None:
            sizes = (tf.size(weight.value) for weight in network.trainable_variables)
            weights += updates * int(sum(sizes))
    return weights


def walk_operations(trainer: Trainer, x: tf.TensorSpec, y: tf.TensorSpec) -> float:
    """Operations of the walks of a step's samples, on average over the sources."""
    method, settings = trainer.method, trainer.settings
    if not method.sources:
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
    """Operations of one step of a walk: D's logits and their gradient in y."""

    @tf.function
    def features(x: tf.Tensor):
        return discriminator.features(x)

    @tf.function
    def gradient(x: tf.Tensor, y: tf.Tensor):
        of_x = discriminator.features(x)
        return score_and_gradient(lambda y: discriminator.logits(of_x, y), y)

    return count(gradient.get_concrete_function(x, y)) - count(
        features.get_concrete_function(x)
    )
