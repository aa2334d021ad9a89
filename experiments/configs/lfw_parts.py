"""LFW part labels at 32x32 (Kae et al., 2013), Table 3 of the paper."""

from experiments import masks
from experiments.configs import weizmann_horse
from experiments.tasks import Task

TASK = Task(
    name="lfw_parts",
    title="LFW parts",
    family=masks,
    config=masks.MaskConfig,
    settings={
        **weizmann_horse.TASK.settings,
        "classes": 3,
        "metric": "pixel_accuracy",
        "epochs": 30,
        "validation_interval": 5,
    },
    overrides=weizmann_horse.TASK.overrides,
    # The paper's figures are superpixel accuracies, not to be set beside pixels'.
    paper={},
)
