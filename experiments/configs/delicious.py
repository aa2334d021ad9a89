"""Delicious (Tsoumakas et al., 2008): tags of web pages; not in the paper.

The overrides of a method were found by its sweep, on validation rows:

    python -m experiments.sweep --task=delicious --method=dvn --trials=16 --epochs=20

and `--seeds=1 --widenings=0`.
Those of `baseline` were found by 8 trials of an earlier version. For methods without an
override, nothing was better than the settings of Bibtex.
"""

from experiments.configs import bibtex
from experiments.tasks.search_spaces import tag_spaces
from experiments.tasks.tag_config import CROSS_FITTED, TagConfig
from experiments.tasks.task import Task

TASK = Task(
    name="delicious",
    title="Delicious",
    config=TagConfig,
    settings={
        **bibtex.TASK.settings,
        "validation_interval": 4,
        # Of 0.1, 0.5 and 3, on validation rows of seed 0. The cross-entropy is a mean
        # over 983 labels: Bibtex's 3 would outweigh it six times as much as there.
        "adversarial_weight": 0.1,
        # Of Bibtex's step sizes the largest, 1, was chosen, for 10 to 20 steps.
        "step_size_grid": (0.25, 1.0, 4.0),
    },
    overrides={
        **bibtex.TASK.overrides,
        "baseline": {
            **bibtex.TASK.overrides["baseline"],
            "generator_learning_rate": 0.000882,
            "input_dropout": 0.0569,
            "hidden_dropout": 0.00216,
            "generator_l2": 0.0,
        },
        "logistic_regression": {
            **bibtex.TASK.overrides["logistic_regression"],
            "generator_learning_rate": 0.00261,
            "input_dropout": 0.056,
            "generator_l2": 4.26e-08,
        },
        "nn_baseline": {
            **bibtex.TASK.overrides["nn_baseline"],
            "generator_learning_rate": 0.00337,
            "input_dropout": 0.0459,
            "hidden_dropout": 0.00827,
            "generator_l2": 1.05e-07,
        },
        "gan": {
            "generator_learning_rate": 0.00261,
            "input_dropout": 0.056,
            "hidden_dropout": 0.0787,
            "discriminator_learning_rate": 0.00194,
            "normalized_gradient": True,
            "adversarial_weight": 0.0048,
        },
        "lsgan": {
            "generator_learning_rate": 0.00261,
            "input_dropout": 0.056,
            "hidden_dropout": 0.0787,
            "discriminator_learning_rate": 0.00194,
            "normalized_gradient": True,
            "adversarial_weight": 0.00853,
        },
        "ldrsp_cross": {
            **CROSS_FITTED,
            # The adversarial term makes no better generator here.
            "first_method": "baseline",
            "first_epochs": 20,
            "hidden_dropout": 0.3,
            # Validation, seed 0: a D without pretraining costs 1.0, a hidden layer
            # 0.7.
            "discriminator_hidden": (),
            "interaction_units": 0,
            "pretraining_epochs": 16,
            "discriminator_learning_rate": 1e-4,
            "epochs": 6,
            "validation_interval": 2,
            "step_size_grid": (4.0, 16.0),
        },
        "wgan_gp": {
            "generator_learning_rate": 0.00213,
            "input_dropout": 0.0625,
            "hidden_dropout": 0.0864,
            "discriminator_learning_rate": 0.000905,
            "normalized_gradient": True,
            "adversarial_weight": 0.00144,
            "step_size": 0.698,
            "penalty_weight": 12.0,
            "beta_2": 0.999,
        },
        "ebgan": {
            "generator_learning_rate": 0.00341,
            "input_dropout": 0.202,
            "hidden_dropout": 0.101,
            "discriminator_learning_rate": 0.00221,
            "normalized_gradient": True,
            "adversarial_weight": 0.0203,
            "step_size": 0.206,
        },
        "dvn": {
            "discriminator_learning_rate": 0.000713,
            "inference_steps": 20,
            "inference_step_size": 0.115,
            "adversarial_step_size": 0.506,
        },
    },
    search_space=tag_spaces(labels=983),
    paper={},
)
