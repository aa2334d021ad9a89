"""All trials: what is killed, by name."""

import pathlib
import random
from collections.abc import Sequence

import numpy as np

from benchmarks.kill_trials.outputs import read_export, read_files, read_refiner
from benchmarks.kill_trials.processes import Watched
from benchmarks.kill_trials.subjects import MASK_RUN, TAG_RUN, TRAININGS
from benchmarks.kill_trials.trainings import TrainingTrials
from benchmarks.kill_trials.writings import Writing, WritingTrials
from ldrsp_tf.errors import UsageError

_WRITINGS = ("export", "Refiner.save", "predict tags", "predict masks")


def make_trials(
    folder: pathlib.Path, draw: random.Random, beginnings: Sequence[str]
) -> tuple[list[TrainingTrials], list[WritingTrials]]:
    """Makes the trials, each of which begins with an undisturbed training or writing.

    Args:
      folder: The folder of all trials.
      draw: The random numbers.
      beginnings: The beginnings of the names of the wanted ones.

    Raises:
      UsageError: No name begins with one of them, or an undisturbed process fails.
    """
    names = [*(training.name for training in TRAININGS), *_WRITINGS]
    for beginning in beginnings:
        if not any(name.startswith(beginning) for name in names):
            raise UsageError(
                f"Nothing begins with {beginning!r}; there are {', '.join(names)}."
            )
    wanted = tuple(beginnings)
    trainings = [
        TrainingTrials(training, folder / training.name.replace(" ", "_"), draw)
        for training in TRAININGS
        if training.name.startswith(wanted)
    ]
    if not any(name.startswith(wanted) for name in _WRITINGS):
        return trainings, []
    return trainings, [
        WritingTrials(writing, folder / writing.name.replace(" ", "_"), draw)
        for writing in _writings(folder / "written")
        if writing.name.startswith(wanted)
    ]


def _writings(folder: pathlib.Path) -> list[Writing]:
    """Trains what is written, and returns the writings."""
    folder.mkdir()
    old = _train(folder / "old", *TAG_RUN, "--seed=1")
    new = _train(folder / "new", *TAG_RUN)
    masks = _train(folder / "masks", *MASK_RUN)
    random = np.random.default_rng(0)
    tags = random.integers(0, 2, (4000, 256)).astype(np.float32)
    pictures = random.integers(0, 256, (2, 200, 32, 32, 3)).astype(np.uint8)
    save = "benchmarks.kill_trials.refiner_save"
    of_tags = _saved(folder / "tags.npy", tags)
    old_images, new_images = (
        _saved(folder / f"{name}.npy", x) for name, x in zip(("old", "new"), pictures)
    )
    return [
        Writing(
            "export",
            ("experiments.export", f"--run={old}"),
            ("experiments.export", f"--run={new}"),
            "exported",
            "--output=",
            lambda path: read_export(path, tags[:50]),
        ),
        Writing(
            "Refiner.save",
            (save, str(old)),
            (save, str(new)),
            "refiner",
            "",
            lambda path: read_refiner(path, tags[:50]),
        ),
        Writing(
            "predict tags",
            ("experiments.predict", f"--run={old}", of_tags),
            ("experiments.predict", f"--run={new}", of_tags),
            "tags.jsonl",
            "--output=",
            read_files,
        ),
        Writing(
            "predict masks",
            ("experiments.predict", f"--run={masks}", old_images),
            ("experiments.predict", f"--run={masks}", new_images),
            "masks",
            "--output=",
            read_files,
        ),
    ]


def _train(folder: pathlib.Path, *command: str) -> pathlib.Path:
    log = folder.with_suffix(".txt")
    if Watched([*command, f"--output_dir={folder}"], log).wait() != 0:
        raise UsageError(f"{folder} was not trained: {log.read_text()[-500:]}")
    return folder


def _saved(path: pathlib.Path, inputs: np.ndarray) -> str:
    """Saves inputs and returns the flag that names them."""
    np.save(path, inputs)
    return f"--input={path}"
