"""Figures of a refinement: images of masks, and curves along the steps."""

import pathlib
from typing import NamedTuple

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from experiments.runs.finished import FinishedRun
from experiments.summaries.result_table import METRICS
from experiments.tasks.splits import split_rows
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.prediction.predictor import predict
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner

matplotlib.use("Agg")


IMAGES_OF_EACH_KIND = 2


BEYOND = 2  # The length of the curves, in chosen numbers of steps.


# The colors of the classes; further classes repeat them.
COLORS = (
    np.array(
        [
            [32, 32, 40],
            [240, 200, 80],
            [90, 160, 220],
            [220, 90, 80],
            [110, 190, 110],
            [170, 110, 200],
            [240, 150, 60],
            [130, 130, 130],
            [240, 170, 200],
            [150, 100, 60],
        ]
    )
    / 255.0
)


class Trajectory(NamedTuple):
    """The refinement of the test examples, step by step from G's outputs.

    Attributes:
      outputs: The outputs, `[T + 1, N, ...]`.
      metric: The metric of each example at each step, a fraction, `[T + 1, N]`.
      score: D's mean score at each step, `[T + 1]`.
      value: The mean oracle value at each step, `[T + 1]`.
    """

    outputs: np.ndarray
    metric: np.ndarray
    score: np.ndarray
    value: np.ndarray


def draw_figures(
    run: FinishedRun, each: int, data_dir: str | None, manual_dir: str | None
) -> list[pathlib.Path]:
    """Draws the figures of a finished run into its folder.

    Args:
      run: The run.
      each: The number of images of each kind (gain, median, loss).
      data_dir: The folder of prepared data; None for TFDS's own.
      manual_dir: The folder of original files; None downloads them.

    Returns:
      The paths of the figures.

    Raises:
      UsageError: The run's method does not refine.
    """
    refinement = run.refinement
    if refinement is None:
        raise UsageError(
            f"{run.folder} is a run of {run.config.method!r}, which does not refine; "
            "there is nothing to draw."
        )
    run.require_same_sources()
    data = run.task.load(run.config, data_dir, manual_dir)
    split = split_rows(run.task, run.config, data)
    trajectory = _refine(run.refiner(), refinement, split.test)
    curves = run.folder / "curves.png"
    _draw_curves(trajectory, run, refinement, curves)
    if split.test.y.ndim != 4:
        return [curves]
    images = run.folder / "refinement.png"
    _draw_images(trajectory, run, refinement.steps, split.test, each, images)
    return [images, curves]


def _refine(refiner: Refiner, refinement: Refinement, test: Examples) -> Trajectory:
    """Refines the test examples beyond the chosen steps."""
    steps = BEYOND * refinement.steps
    # The predictor takes preprocessed inputs, as examples have them.
    prediction = predict(
        refiner.predictor,
        tf.constant(test.x),
        refinement.with_steps(steps),
        trajectory=True,
    )
    outputs, scores = prediction.trajectory, prediction.trajectory_scores
    assert outputs is not None and scores is not None
    truth = tf.constant(test.y, tf.float32)
    values = [refiner.trainer.oracle(tf.constant(y), truth) for y in outputs]
    return Trajectory(
        outputs,
        np.stack([refiner.space.example_metric(y, test.y) for y in outputs]),
        np.array([np.mean(score) for score in scores]),
        np.array([np.mean(value) for value in values]),
    )


def _draw_curves(
    trajectory: Trajectory,
    run: FinishedRun,
    refinement: Refinement,
    path: pathlib.Path,
) -> None:
    metric = run_metric(run)
    figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    axes.plot(100 * trajectory.metric.mean(1), label=f"{metric} (%)", linewidth=2)
    axes.plot(100 * trajectory.value, label="oracle value v* (x 100)")
    axes.plot(100 * trajectory.score, label="D's score (x 100)", linestyle="--")
    axes.axvline(refinement.steps, color="grey", linewidth=1)
    axes.annotate(
        "chosen on validation",
        (refinement.steps, axes.get_ylim()[0]),
        xytext=(4, 4),
        textcoords="offset points",
        color="grey",
    )
    axes.set_xlabel(f"refinement steps of {refinement.step_size:g}")
    axes.set_title(
        f"{run.task.title}, {run.config.method}, test, seed {run.config.seed}"
    )
    axes.legend(loc="best")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def run_metric(run: FinishedRun) -> str:
    """Returns the name of the metric in the curves."""
    return METRICS[run.task.family.space(run.config).metric_name]


def _draw_images(
    trajectory: Trajectory,
    run: FinishedRun,
    chosen: int,
    test: Examples,
    each: int,
    path: pathlib.Path,
) -> None:
    gain = trajectory.metric[chosen] - trajectory.metric[0]
    order = np.argsort(-gain, kind="stable")
    middle = max(0, (len(order) - each) // 2)
    kinds = [
        ("largest gain", order[:each]),
        ("median", order[middle : middle + each]),
        ("largest loss", order[::-1][:each]),
    ]
    between = (min(chosen, max(1, chosen // part)) for part in (5, 2))
    steps = sorted({0, *between, chosen})
    titles = ["input", "truth", *(_step_title(step, chosen) for step in steps)]
    rows = [(kind, row) for kind, members in kinds for row in members]
    figure, grid = plt.subplots(
        len(rows),
        len(titles),
        figsize=(1.25 * len(titles), 1.35 * len(rows)),
        squeeze=False,
        layout="constrained",
    )
    for line, (kind, row) in zip(grid, rows):
        pictures = [(test.x[row] + 1.0) / 2.0, in_colors(test.y[row])]
        pictures += [in_colors(trajectory.outputs[step, row]) for step in steps]
        for axes, picture in zip(line, pictures):
            axes.imshow(np.clip(picture, 0.0, 1.0), interpolation="nearest")
            axes.set_xticks([])
            axes.set_yticks([])
        line[0].set_ylabel(kind, fontsize=8)
        for axes, step in zip(line[2:], steps):
            axes.set_xlabel(f"{100 * trajectory.metric[step, row]:.1f}", fontsize=8)
    for axes, title in zip(grid[0], titles):
        axes.set_title(title, fontsize=9)
    figure.suptitle(
        f"{run.task.title}, {run.config.method}: {run_metric(run)} (%) below each mask",
        fontsize=10,
    )
    figure.savefig(path, dpi=120)
    plt.close(figure)


def in_colors(y: np.ndarray) -> np.ndarray:
    """Returns class values `[H, W, C]` as a picture `[H, W, 3]` of mixed colors."""
    colors = COLORS[np.arange(y.shape[-1]) % len(COLORS)]
    return np.asarray(y, np.float64) @ colors


def _step_title(step: int, chosen: int) -> str:
    if step == 0:
        return "G"
    return f"step {step}" if step < chosen else f"refined ({step})"
