"""A user's own images and masks, in folders.

    python -m experiments.run --task=image_folder --images=photos/ --masks=masks/

The settings are those of the horses, with smaller networks. Sizes, classes and epochs
follow from the files.
"""

from experiments.configs import weizmann_horse
from experiments.tasks import image_folder
from experiments.tasks.image_folder_config import ImageFolderConfig
from experiments.tasks.mask_config import CROSS_FITTED, DVN_UNET
from experiments.tasks.search_spaces import mask_spaces
from experiments.tasks.task import MethodVariant, Task

TASK = Task(
    name="image_folder",
    title="Image folder",
    config=ImageFolderConfig,
    settings={
        **weizmann_horse.TASK.settings,
        "epochs": None,
        "validation_interval": 10,
        "width": 32,
        "refinement_steps_grid": (5, 10),
        "crop_offsets": None,
        "validation_offsets": None,
    },
    overrides={
        **weizmann_horse.TASK.overrides,
        "dvn": weizmann_horse.SHORT_DVN,
        "dvn_unet": DVN_UNET,
        "ldrsp_cross": {**CROSS_FITTED, "pretraining_epochs": 50, "epochs": 30},
    },
    variants={
        MethodVariant(None, "unet"): {
            "width": 16,
            "generator_learning_rate": 0.005,
            "discriminator_learning_rate": 0.005,
        },
    },
    search_space=mask_spaces(),
    default_method="auto",
    paper={},
    complete=image_folder.complete,
    load=image_folder.load,
    source_checksums=image_folder.source_checksums,
)
