"""Weizmann horses at 32x32 (Borenstein & Ullman, 2004), Table 2 of the paper."""

from experiments import masks
from experiments.paper import TABLE_2
from experiments.tasks import Task

TASK = Task(
    name="weizmann_horse",
    title="Weizmann horses",
    family=masks,
    config=masks.MaskConfig,
    settings={
        "epochs": 180,
        "validation_interval": 20,
        "batch_size": 20,
        "generator_learning_rate": 0.01,
        "discriminator_learning_rate": 0.01,
        "cosine_decay": True,
        # Li et al. train on 160 images and choose on the other 40.
        "retrain": False,
        "step_size_grid": (4.0,),
        "refinement_steps_grid": (5, 10, 20, 30),
        "inference_step_size": 4.0,
        "inference_steps": 30,
        "adversarial_step_size": 4.0,
    },
    overrides={
        "ldrsp_plus": {
            "source_shares": (0.0, 0.1, 0.9),
            "binarised_oracle": False,
            "discriminator": "unet",
            "discriminator_width": 16,
        },
    },
    paper=TABLE_2["mean_iou"],
    paper_metric="mean_iou",
)
