"""LFW part labels at 32x32 (Kae et al., 2013), Table 3 of the paper.

Pixel accuracy of the test images, G and refined, over two seeds or three:

    python -m experiments.run --task=lfw_parts --method=ldrsp_plus
        93.3 and 93.7, 13 minutes on one core
    python -m experiments.run --task=lfw_parts --method=baseline
        93.3, 2 minutes on one core
"""

from experiments.configs import weizmann_horse
from experiments.configs.paper_figures import TABLE_3
from experiments.tasks.mask_config import MaskConfig
from experiments.tasks.search_spaces import mask_spaces
from experiments.tasks.superpixels import OFFICIAL, superpixel_metrics
from experiments.tasks.task import Task

TASK = Task(
    name="lfw_parts",
    title="LFW parts",
    config=MaskConfig,
    settings={
        **weizmann_horse.TASK.settings,
        "classes": 3,
        "metric": "pixel_accuracy",
        "epochs": 16,
        "validation_interval": 4,
        "width": 32,
        # The official validation images are as many as a third of the training ones:
        # choosing on them and not training on them costs little.
        "retrain": False,
        # The walks of all crops of 927 test images are most of a run's time.
        "refinement_steps_grid": (5, 10),
        "crop_offsets": (0, 3, 5, 8),
    },
    overrides={
        **weizmann_horse.TASK.overrides,
        "dvn": weizmann_horse.SHORT_DVN,
        "ldrsp_cross": {
            **weizmann_horse.TASK.overrides["ldrsp_cross"],
            "mirror_averaging": False,
            "first_epochs": 16,
            "pretraining_epochs": 16,
            "epochs": 8,
            "validation_interval": 4,
        },
    },
    search_space=mask_spaces(classes=3),
    # Of the official superpixels: they stand beside no other accuracy.
    paper=TABLE_3,
    paper_metric=OFFICIAL,
    further_metrics=superpixel_metrics,
)
