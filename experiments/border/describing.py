"""Measures data: rows, labels and their dependence, and the best F1 that there is."""

import dataclasses
import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np

from datasets.loading import load
from datasets.synthetic_tags import generative_model as model
from datasets.synthetic_tags.posterior import posterior
from experiments.border.descriptions import Description
from experiments.border.exact import best_decisions, expected_f1
from experiments.border.plan import CELLS, EVIDENCE, SEEDS, TASK, Structure
from ldrsp_tf.errors import UsageError
from ldrsp_tf.metrics import example_f1, plugin_decode


def describe_cells() -> dict[str, Any]:
    """Returns the description of each cell as JSON holds it, by its folder."""
    # Cells that differ in G alone have the same data.
    data = {(cell.structure, cell.rows) for cell in CELLS}
    described = {one: dataclasses.asdict(describe_data(*one)) for one in data}
    return {
        f"{TASK}/{cell.folder}": described[cell.structure, cell.rows] for cell in CELLS
    }


def describe_sets(
    tasks: Sequence[str], data_dir: str | None, manual_dir: str | None
) -> dict[str, Any]:
    """Returns the description of real sets as JSON holds it, by the task's name.

    Args:
      tasks: The names of the tasks, which are those of the data sets.
      data_dir: The folder of prepared data, or None for TFDS's default.
      manual_dir: The folder of the original files, or None to download them.

    Raises:
      DataError: The files of a set are missing, damaged or cannot be downloaded.
    """
    described = {}
    for task in tasks:
        data = load(task, data_dir=data_dir, manual_dir=manual_dir)
        labels = data.splits["train"]["labels"]
        described[task] = dataclasses.asdict(describe_labels(labels))
    return described


def describe_labels(labels: np.ndarray) -> Description:
    """Returns the description of the labels `[N, L]` of training rows."""
    return Description(
        rows=len(labels),
        labels=labels.shape[1],
        cardinality=float(labels.sum(axis=1).mean()),
        association=association(labels),
    )


def association(labels: np.ndarray) -> float:
    """Returns how far labels go with others: 0 for independent ones, 1 for copies.

    Args:
      labels: The labels of rows, `[N, L]` of 0 and 1.

    Returns:
      The largest absolute correlation (phi) of a label with another one, in the mean
      over the labels that are on in the rows. Labels that are the same in all rows have
      no correlation, and are left out.
    """
    varying = labels[:, (labels != labels[:1]).any(axis=0)].astype(np.float64)
    if varying.shape[1] < 2:
        return 0.0
    phi = np.abs(np.corrcoef(varying, rowvar=False))
    np.fill_diagonal(phi, 0.0)
    return float(np.average(phi.max(axis=1), weights=varying.sum(axis=0)))


def describe_data(structure: Structure, rows: int, draws: int = SEEDS) -> Description:
    """Returns the means over draws of synthetic data; sizes are the same in all.

    Args:
      structure: The dependence between the labels.
      rows: The number of training rows.
      draws: The number of draws, from 0 on.

    Raises:
      UsageError: The dependence is neither 0 nor 1.
    """
    found = [_describe_draw(structure, rows, draw) for draw in range(draws)]

    def mean(name: str) -> float:
        return statistics.fmean(getattr(each, name) for each in found)

    return dataclasses.replace(
        found[0],
        cardinality=mean("cardinality"),
        association=mean("association"),
        perfect_f1=mean("perfect_f1"),
        room=mean("room"),
    )


def _describe_draw(structure: Structure, rows: int, draw: int) -> Description:
    """Returns the figures of one draw, with the best F1 of its test rows."""
    parameters = model.Parameters(
        dependence=structure.dependence,
        copies=structure.copies,
        evidence=EVIDENCE,
        rows=rows,
        draw=draw,
    )
    splits = model.generate(parameters)
    test = splits["test"]
    labels = parameters.tag_of_label
    words = model.word_evidence(parameters)
    sets, of_sets = posterior(test.words, words, parameters.evidence)
    chances = (of_sets @ sets)[:, labels]
    if parameters.dependence == 0:
        # The labels are independent given the words, and the decoder is exact.
        decided, room = plugin_decode(chances), 0.0
    elif parameters.dependence == 1:
        # No row is without a tag, which the decoder is told as in a run.
        decided = plugin_decode(chances, empty_odds=0.0)
        best = best_decisions(sets[:, labels], of_sets)
        gain = expected_f1(best, sets[:, labels], of_sets)
        gain -= expected_f1(decided, sets[:, labels], of_sets)
        room = 100 * float(gain.mean())
    else:
        raise UsageError(
            f"The best F1 is known where all rows depend, or none; {structure.title!r} "
            f"has a dependence of {structure.dependence}."
        )
    return dataclasses.replace(
        describe_labels(splits["train"].tags),
        perfect_f1=100 * float(example_f1(decided, test.tags).mean()),
        room=room,
    )
