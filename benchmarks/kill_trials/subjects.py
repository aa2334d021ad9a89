"""The trainings that are killed: small, and with every stage that a run can have."""

import pathlib
from typing import NamedTuple

_RUN = ("experiments.run", "--deterministic")

_SHORT = ("--epochs=4", "--validation_interval=2")
_STAGES = ("--folds=2", "--first_epochs=2", "--pretraining_epochs=2")
_TAGS = ("--task=synthetic_tags", "--hidden=8", "--discriminator_hidden=8")
_MASKS = (
    *("--task=synthetic_shapes", "--width=2", "--discriminator_width=2"),
    *("--batch_size=64", "--inference_steps=2", "--refinement_steps=2"),
    *("--step_size=1", "--nofigures"),
)

# The runs that are exported, saved and predicted with.
TAG_RUN = (*_RUN, "--method=ldrsp", *_TAGS, "--epochs=2", "--noretrain")
MASK_RUN = (*_RUN, "--method=ldrsp", *_MASKS, "--epochs=1", "--noretrain")


class Training(NamedTuple):
    """A training in a folder, which the same command resumes.

    Attributes:
      name: The name in tables.
      command: The name of the module and its arguments, without the folder.
      folder_flag: The beginning of the argument that names the folder.
    """

    name: str
    command: tuple[str, ...]
    folder_flag: str = "--output_dir="

    def command_in(self, folder: pathlib.Path) -> list[str]:
        """Returns the name of the module and all arguments."""
        return [*self.command, f"{self.folder_flag}{folder}"]


TRAININGS = (
    Training(
        "ldrsp tags",
        (*_RUN, "--method=ldrsp", *_TAGS, *_SHORT),
    ),
    Training(
        "ldrsp masks",
        (*_RUN, "--method=ldrsp", *_MASKS, *_SHORT, "--retrain"),
    ),
    # Its ensemble is a stage of its own, which a run that refits does not have.
    Training(
        "ldrsp_cross tags",
        (
            *(*_RUN, "--method=ldrsp_cross", *_TAGS, *_SHORT, *_STAGES),
            *("--batch_size=256", "--controls", "--ensemble"),
        ),
    ),
    Training(
        "ldrsp_cross masks",
        (
            *(*_RUN, "--method=ldrsp_cross", *_MASKS, *_SHORT, *_STAGES),
            *("--nocontrols", "--refit", "--noretrain"),
        ),
    ),
    Training(
        "Refiner.fit",
        ("benchmarks.kill_trials.refiner_fit",),
        folder_flag="",
    ),
)
