"""The task, method and settings that a command line names."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from absl import flags

from experiments.cli.command import Command
from experiments.cli.flag import Flag
from experiments.cli.setting_flags import given_settings, setting_flags, setting_notes
from experiments.tasks.arff_config import ArffConfig
from experiments.tasks.image_folder_config import ImageFolderConfig
from experiments.tasks.mask_config import MaskConfig
from experiments.tasks.recipes import RECIPES
from experiments.tasks.synthetic_config import SyntheticShapeConfig, SyntheticTagConfig
from experiments.tasks.tag_config import StandardizedTagConfig, TagConfig
from experiments.tasks.task import TASK_LIST, TASKS, Task, get_task
from ldrsp_tf.settings import Domain

# The tasks whose own method is `auto`, as the help names them.
_OF_AUTO = "arff, image_folder and mulan/SET"

# The classes of all tasks' configurations.
CONFIGS = (
    TagConfig,
    MaskConfig,
    StandardizedTagConfig,
    ArffConfig,
    ImageFolderConfig,
    SyntheticTagConfig,
    SyntheticShapeConfig,
)

DEFAULT_TASK = "synthetic_shapes"

# Names all methods at once, where a command takes several.
ALL_METHODS = "all"


class _TaskDomain(Domain):
    """The names of all tasks, which a sentence lists with each suite once."""

    def __str__(self) -> str:
        return f"one of {TASK_LIST}"


def task_flags(required: bool, several: bool = False) -> tuple[Flag, Flag]:
    """Returns the flags that name task and method.

    Args:
      required: Whether they have to be given; otherwise they have defaults.
      several: Whether several methods can be named, or all.
    """
    task = None if required else DEFAULT_TASK
    return (
        Flag(
            "task",
            f"data, networks and metrics to use: {TASK_LIST}",
            "task",
            _TaskDomain(choices=TASKS),
            task,
            required=required,
        ),
        _methods_flag() if several else _method_flag(required),
    )


def _method_flag(required: bool) -> Flag:
    return Flag(
        "method",
        f"way to train on the task: {', '.join(RECIPES)}",
        "task",
        Domain(choices=tuple(RECIPES)),
        required=required,
        note="" if required else f"auto for {_OF_AUTO}, else ldrsp_plus",
    )


def _methods_flag() -> Flag:
    return Flag(
        "method",
        f"ways to train on the task, separated by commas: {', '.join(RECIPES)}; "
        f"{ALL_METHODS} for all but those of several stages",
        "task",
        Domain(is_list=True, choices=(*RECIPES, ALL_METHODS)),
        required=True,
    )


class TaskCommandLine(NamedTuple):
    """A parsed command line.

    Attributes:
      flags: The values of all flags.
      task: The task; of a command that requires one, the one that it is given.
      given: The settings that the user gives, by flat name.
      method: The method; of a command that takes several, the first.
    """

    flags: flags.FlagValues
    task: Task
    given: dict[str, Any]
    method: str


def parse_command_line(command: Command, argv: Sequence[str]) -> TaskCommandLine:
    """Parses the command line of a command with the flags of `task_flags`.

    The task decides which settings there are, their bounds, and what the help shows.

    Raises:
      SystemExit: The help is shown (with status 0), or a flag is refused.
    """
    early = command.preview(argv)
    task = get_task(early.task or DEFAULT_TASK)
    method = _first_method(task, early.method)
    settings = setting_flags(task.config, CONFIGS)

    def describe(values: flags.FlagValues) -> tuple[Mapping[str, str], str]:
        held = task.configure(method, given_settings(values, settings)).as_dict()
        remark = (
            f"Values in brackets hold for --task={task.name} --method={method} where a "
            "flag is not given; name another task or method beside --help to see its "
            "values. G is the generator, D the discriminator; equations are those of "
            "the paper."
        )
        return setting_notes(task.config, held), remark

    values = command.parse(argv, settings, describe)
    return TaskCommandLine(values, task, given_settings(values, settings), method)


def _first_method(task: Task, named: str | tuple[str, ...] | None) -> str:
    """Returns the method whose values the help shows."""
    first = named[0] if isinstance(named, tuple) else named
    return task.default_method if first in (None, ALL_METHODS) else str(first)
