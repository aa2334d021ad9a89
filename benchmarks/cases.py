"""What is measured: tasks and methods of the tables, and made data of any size."""

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
    """An epoch of a task's training rows, and the refinement of its test rows."""
    task = get_task(task)
    config = task.configure(method, flags)
    data = task.load(config, data_dir, manual_dir)
    split = split_rows(task, config, data)
    measured = _training(rates, task, config, split.all_training)
    if measured.pop("refines"):
        refiner = build_refiner(task, config, split.all_training)
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
    """Whole runs: all that they train, and how good the refined test outputs get.

    Args:
      rates: Of the machine; a whole run has no bound.
      task: Its name.
      method: Its name.
      flags: Settings that differ from the task's.
      seeds: How many runs.
      data_dir: Of prepared data.
      manual_dir: Of original files.
    """
    del rates
    task = get_task(task)
    results = []
    for seed in range(seeds):
        config = task.configure(method, {**flags, "seed": seed})
        with tempfile.TemporaryDirectory() as folder:
            display = Display()
            context = RunContext(
                task,
                config,
                task.identity(config),
                pathlib.Path(folder),
                display,
                DataDirs(data_dir, manual_dir),
            )
            result = pipeline.run(context, display, "python -m benchmarks.run")
        results.append(result)
    refined = [result["test"]["refined"][task.paper_metric] for result in results]
    return {
        "metric": task.paper_metric,
        "refined": refined,
        "paper": task.paper[method]["refined"],
        "training_seconds": [result["seconds"]["train"] for result in results],
        "peak_memory_bytes": peak_memory_bytes(),
    }


def measure_made(
    rates: Mapping[str, float],
    kind: str,
    rows: int,
    method: str,
    flags: Mapping[str, Any],
    features: int = 0,
    labels: int = 0,
    side: int = 0,
) -> Measured:
    """An epoch of made rows.

    Args:
      rates: Of the machine.
      kind: "tags" or "masks".
      rows: How many.
      method: Its name.
      flags: Settings that differ from those of Bibtex or the horses.
      features: Of a row of tags, one in 25 of which is 1.
      labels: Tags of a row, or classes of a mask.
      side: Of an image.
    """
    task = get_task(TASK_OF_KIND[kind])
    begin = time.perf_counter()
    if kind == "tags":
        examples = made_tags(rows, features, labels)
    else:
        examples = made_masks(rows, side, labels)
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


def made_tags(rows: int, features: int, labels: int) -> Examples:
    """Rows of zeros and ones as sparse as those of Bibtex."""
    random = np.random.default_rng(0)

    def bits(columns: int, ones: float) -> np.ndarray:
        made = np.zeros((rows, columns), np.uint8)
        places = random.integers(columns, size=(rows, max(1, round(ones * columns))))
        np.put_along_axis(made, places, 1, axis=1)
        return made

    return Examples(bits(features, 0.04), bits(labels, 0.015))


def made_masks(rows: int, side: int, classes: int) -> Examples:
    """Images of noise, and one-hot masks of noise."""
    random = np.random.default_rng(0)
    images = random.random((rows, side, side, 3), np.float32) * 2.0 - 1.0
    mask = random.integers(classes, size=(rows, side, side))
    return Examples(images, np.eye(classes, dtype=np.uint8)[mask])


def _training(
    rates: Mapping[str, float], task: Task, config: Config, examples: Examples
) -> Measured:
    def make(method: Method) -> Trainer:
        trainer = build_refiner(task, config, examples).trainer
        return remade(trainer, method, examples)

    method = build_refiner(task, config, examples).method
    cost = training_cost.training_cost(make, method, examples, rates)
    return {"rows": len(examples.x), **cost, "refines": method.has_discriminator}


def remade(trainer: Trainer, method: Method, examples: Examples) -> Trainer:
    """The trainer's networks under another method."""
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
    """Steps of test inputs a second: all of an input's crops are one step."""
    x = x[: refiner.predictor.predict_batch_size]
    sampling = config.training.sampling
    steps = max(sampling.inference_steps, 1)
    refinement = Refinement(sampling.inference_step_size, steps, config.grid.normalized)
    walk = {"walk": lambda: refiner.predict(x, refinement=refinement)}
    seconds = training_cost.median_seconds(walk, repeats=3)["walk"]
    return {
        "inputs": len(x),
        "steps": steps,
        "seconds": seconds,
        "input_steps_per_second": len(x) * steps / seconds,
    }
