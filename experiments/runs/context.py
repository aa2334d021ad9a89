"""A run's task, settings, places and screen, which all of its parts need."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import tensorflow as tf

from experiments.summaries.result_file import SOURCES_FILE, write_json
from experiments.tasks.config import Config
from experiments.tasks.task import Task
from ldrsp_tf.training.history import Record


class Progress(Protocol):
    """A listener to a training, such as a `Display`."""

    def stage(self, name: str, epochs: int) -> None:
        """Notes that a stage of so many epochs begins."""

    def progress(self, record: Record) -> None:
        """Notes that an epoch is over."""


class DataDirs(NamedTuple):
    """Folders of data.

    Attributes:
      prepared: The folder of prepared data; None for TFDS's own.
      original: The folder of original files; None downloads them.
    """

    prepared: str | None = None
    original: str | None = None


NO_DIRS = DataDirs()


@dataclasses.dataclass(frozen=True)
class RunContext:
    """A run before it starts.

    Attributes:
      task: The task.
      config: The settings.
      identity: The settings and the content of the user's own files, by which runs are
        distinguished (`Task.identity`).
      folder: The run's folder; an interrupted run there is resumed. Of several workers
        the chief alone has it; the others have one that is thrown away.
      progress: The listener to the trainings.
      data_dirs: The folders of data.
      strategy: The strategy that trains the networks; None without one.
      is_resumable: Whether states of trainings are files; a run in memory that is
        interrupted begins anew.
    """

    task: Task
    config: Config
    identity: Mapping[str, Any]
    folder: pathlib.Path
    progress: Progress
    data_dirs: DataDirs = NO_DIRS
    strategy: tf.distribute.Strategy | None = None
    is_resumable: bool = True

    def remember_paths(self) -> None:
        """Writes where the user's own files are, for commands that read them again."""
        if paths := self.config.absolute_paths():
            write_json(self.folder / SOURCES_FILE, paths)
