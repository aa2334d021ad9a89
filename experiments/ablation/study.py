"""A study: runs of one method, each with one part changed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.ablation.columns import Column
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

# The run without a change, which the others are compared with.
WHOLE = "full"


class Ablation(NamedTuple):
    """A run with a changed part.

    Attributes:
      title: The change, as the table names it.
      settings: The settings that differ from those of the whole method, by name.
    """

    title: str
    settings: Mapping[str, Any]


class Study(NamedTuple):
    """Runs of one method, each with one part changed.

    Attributes:
      name: The value of `--study`.
      method: The name of the method.
      settings: The settings of all runs, by name; those of an ablation go before them.
      ablations: The runs by name, `WHOLE` among them.
      columns: The columns of the table after that of the changes.
      needed: The parts of a result that the columns need (`require_result`).
      tasks: The tasks whose settings the ablations are changes of; empty for all that
        have the settings.
    """

    name: str
    method: str
    settings: Mapping[str, Any]
    ablations: Mapping[str, Ablation]
    columns: tuple[Column, ...]
    needed: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()

    def folder(self, name: str) -> str:
        """Returns the folder of an ablation's results, `<method>-<ablation>`."""
        return f"{self.method}-{name}"

    def settings_of(self, name: str) -> dict[str, Any]:
        """Returns the settings of an ablation's runs that its task does not have."""
        return {**self.settings, **self.ablations[name].settings}


def require_task(name: str, study: Study) -> None:
    """Refuses a task that a study is not of.

    Args:
      name: The name of the task.
      study: The study.

    Raises:
      UsageError: There is no such task, or the study is of others, or it does not have
        the method or a setting.
    """
    task = get_task(name)
    if study.tasks and name not in study.tasks:
        raise UsageError(
            f"The study {study.name} is of {', '.join(study.tasks)}; choose another "
            "--study or --task."
        )
    for ablation in study.ablations:
        try:
            task.configure(study.method, study.settings_of(ablation))
        except UsageError as error:
            raise UsageError(
                f"The study is not of task {name!r}; choose another --study or --task. "
                f"{error}"
            ) from error
