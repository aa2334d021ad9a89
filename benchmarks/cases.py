"""Measurements of the tables' tasks and methods, and of synthetic data of any size."""

import dataclasses
import pathlib
import tempfile
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks import training_cost
from experiments.runs import pipeline
from experiments.runs.builders import build_refiner
from experiments.runs.context import DataDirs, RunContext
from experiments.runs.display import Display
from experiments.runs.environment import peak_memory_bytes
from experiments.tasks.config import Config
from experiments.tasks.splits import split_rows
from experiments.tasks.task import Task, get_task
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.methods import Method
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.training.trainer import Trainer

Measured = dict[str, Any]

TASK_OF_KIND = {"tags": "bibtex", "masks": "weizmann_horse"}


def measure_training(
    rates: Mapping[str, float],
    task: str,
    method: str,
    flags: Mapping[str, Any],
    data_dir: str | None,
    manual_dir: str | None,
) -> Measured:
    """Measures an epoch on a task's training rows, and refinement of its test rows.

    Args:
      rates: The machine's rates.
      task: The task's name.
      method: The method's name.
      flags: The settings that differ from the task's.
      data_dir: The folder of prepared data; None for TFDS's own.
      manual_dir: The folder of original files; None downloads them.
    """
    measured_task = get_task(task)
    config = measured_task.configure(method, flags)
    data = measured_task.load(config, data_dir, manual_dir)
    split = split_rows(measured_task, config, data)
    measured = _training(rates, measured_task, config, split.all_training)
    if measured.pop("refines"):
        refiner = build_refiner(measured_task, config, split.all_training)
        measured["refinement"] = _refinement(config, refiner, split.test.x)
    return {**measured, "peak_memory_bytes": peak_memory_bytes()}


def measure_runs(
    rates: Mapping[str, float],
    task: str,
    method: str,
    flags: Mapping[str, Any],
    seeds: int,
    data_dir: str | None,
    manual_dir: str | None,
) -> Measured:
    """Measures whole runs: the time of all trainings, and the refined test outputs.

    Args:
      rates: The machine's rates, which are not used: a whole run has no bound.
      task: The task's name.
      method: The method's name.
      flags: The settings that differ from the task's.
      seeds: The number of runs.
      data_dir: The folder of prepared data; None for TFDS's own.
      manual_dir: The folder of original files; None downloads them.
    """
    del rates
    measured_task = get_task(task)
    metric = measured_task.paper_metric
    results = []
    for seed in range(seeds):
        config = measured_task.configure(method, {**flags, "seed": seed})
        with tempfile.TemporaryDirectory() as folder:
            display = Display()
            context = RunContext(
                measured_task,
                config,
                measured_task.identity(config),
                pathlib.Path(folder),
                display,
                DataDirs(data_dir, manual_dir),
            )
            result = pipeline.run(context, display, "python -m benchmarks.run")
        results.append(result)
    refined = [result["test"]["refined"][metric] for result in results]
    return {
        "metric": metric,
        "refined": refined,
        "paper": measured_task.paper[method]["refined"],
        "training_seconds": [result["seconds"]["train"] for result in results],
        "peak_memory_bytes": peak_memory_bytes(),
    }


def measure_synthetic(
    rates: Mapping[str, float],
    kind: str,
    rows: int,
    method: str,
    flags: Mapping[str, Any],
    features: int = 0,
    labels: int = 0,
    side: int = 0,
) -> Measured:
    """Measures an epoch on synthetic rows.

    Args:
      rates: The machine's rates.
      kind: The kind of output, "tags" or "masks".
      rows: The number of rows.
      method: The method's name.
      flags: The settings that differ from those of Bibtex or the horses.
      features: The number of features of tags, one in 25 of which is 1.
      labels: The number of tags of a row, or of classes of a mask.
      side: The side of an image, in pixels.
    """
    task = get_task(TASK_OF_KIND[kind])
    begin = time.perf_counter()
    if kind == "tags":
        examples = synthetic_tags(rows, features, labels)
    else:
        examples = synthetic_masks(rows, side, labels)
        flags = {"crop_size": side, "crop_offsets": (0,), **flags}
        flags = {"validation_offsets": (0,), "classes": labels, **flags}
    seconds = time.perf_counter() - begin
    measured = _training(rates, task, task.configure(method, flags), examples)
    del measured["refines"]
    return {
        **measured,
        "seconds_of_making": seconds,
        "bytes_of_rows": sum(part.nbytes for part in examples),
        "peak_memory_bytes": peak_memory_bytes(),
    }


def synthetic_tags(rows: int, features: int, labels: int) -> Examples:
    """Returns random rows of zeros and ones as sparse as those of Bibtex.

    Args:
      rows: The number of rows.
      features: The number of features of a row.
      labels: The number of tags of a row.
    """
    random = np.random.default_rng(0)

    def bits(columns: int, ones: float) -> np.ndarray:
        drawn = np.zeros((rows, columns), np.uint8)
        places = random.integers(columns, size=(rows, max(1, round(ones * columns))))
        np.put_along_axis(drawn, places, 1, axis=1)
        return drawn

    return Examples(bits(features, 0.04), bits(labels, 0.015))


def synthetic_masks(rows: int, side: int, classes: int) -> Examples:
    """Returns images of noise, and one-hot masks of noise.

    Args:
      rows: The number of images.
      side: The side of an image, in pixels.
      classes: The number of classes.
    """
    random = np.random.default_rng(0)
    images = random.random((rows, side, side, 3), np.float32) * 2.0 - 1.0
    mask = random.integers(classes, size=(rows, side, side))
    return Examples(images, np.eye(classes, dtype=np.uint8)[mask])


def _training(
    rates: Mapping[str, float], task: Task, config: Config, examples: Examples
) -> Measured:
    def make(method: Method) -> Trainer:
        trainer = build_refiner(task, config, examples).trainer
        return with_method(trainer, method, examples)

    method = build_refiner(task, config, examples).method
    cost = training_cost.training_cost(make, method, examples, rates)
    return {"rows": len(examples.x), **cost, "refines": method.has_discriminator}


def with_method(trainer: Trainer, method: Method, examples: Examples) -> Trainer:
    """Returns a trainer of the same networks with another method.

    Args:
      trainer: The trainer of the networks.
      method: The other method.
      examples: The examples that the networks are built for.
    """
    settings = trainer.settings
    if method.sources != trainer.method.sources:
        settings = dataclasses.replace(settings, source_shares=None)
    other = Trainer(
        trainer.generator,
        trainer.discriminator,
        method,
        trainer.space,
        settings,
        trainer.seed,
        trainer.augment,
    )
    other.build(tf.constant(examples.x), tf.constant(examples.y))
    return other


def _refinement(config: Config, refiner: Refiner, x: np.ndarray) -> Measured:
    """Measures refinement steps a second, each of one input in all of its crops."""
    x = x[: refiner.predictor.predict_batch_size]
    sampling = config.training.sampling
    steps = max(sampling.inference_steps, 1)
    refinement = Refinement(sampling.inference_step_size, steps, config.grid.normalized)
    predict = {"predict": lambda: refiner.predict(x, refinement=refinement)}
    seconds = training_cost.median_seconds(predict, repeats=3)["predict"]
    return {
        "inputs": len(x),
        "steps": steps,
        "seconds": seconds,
        "input_steps_per_second": len(x) * steps / seconds,
    }
