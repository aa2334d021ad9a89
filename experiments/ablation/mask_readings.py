"""Readings of what the paper leaves open about `ldrsp` on masks, one at a time.

The paper gives neither the lengths of the walks that make samples, nor the width of D,
nor the weights of the terms of Eq. 6 and Eq. 10. The first row follows its text most
closely: D modifies the generator's network, so that it is as wide, and inference
samples walk as far as a test does, by the same equation (Eq. 9).
"""

from experiments.ablation.columns import (
    SCORE_COLUMNS,
    SEEDS,
    change_column,
    gain_column,
    mean_column,
    of_validation,
)
from experiments.ablation.study import WHOLE, Ablation, Study

_SMALL_STEPS = {
    "inference_step_size": 1.0,
    "adversarial_step_size": 1.0,
    "step_size_grid": (1.0,),
}
_INFERENCE_ALONE = {"source_shares": (1.0, 0.0)}
_SLOW_DISCRIMINATOR = {"discriminator_learning_rate": 0.003}

_ABLATIONS = {
    WHOLE: Ablation("nothing", {}),
    "half_width": Ablation("D half as wide as G", {"discriminator_width": 16}),
    "short_walks": Ablation(
        "inference samples of 10 steps, not 30", {"inference_steps": 10}
    ),
    "small_steps": Ablation(
        "a step size of 1, not 4, in samples and at the test", _SMALL_STEPS
    ),
    "long_adversarial": Ablation(
        "adversarial samples of 10 steps, not 1", {"adversarial_steps": 10}
    ),
    "mostly_inference": Ablation(
        "a tenth of adversarial samples, not half", {"source_shares": (0.9, 0.1)}
    ),
    "inference_alone": Ablation("inference samples alone", _INFERENCE_ALONE),
    "light_truth": Ablation(
        "the ground truth at a weight of 0.3, not 1", {"truth_weight": 0.3}
    ),
    "no_truth": Ablation("the ground truth at a weight of 0", {"truth_weight": 0.0}),
    "slow_discriminator": Ablation(
        "a learning rate of D of 0.003, not 0.01", _SLOW_DISCRIMINATOR
    ),
    "plain_discriminator": Ablation(
        "D without batch normalization", {"discriminator_batch_norm": False}
    ),
    "light_adversary": Ablation(
        "the adversarial term at a weight of 0.1, not 1", {"adversarial_weight": 0.1}
    ),
    "adaptive_adversary": Ablation(
        "the adversarial gradient at a tenth of the surrogate's norm",
        {"adversarial_share": 0.1},
    ),
    # The three that refined no worse than G with the first seed.
    "together": Ablation(
        "the step size of 1, inference samples alone and D's rate of 0.003",
        {**_SMALL_STEPS, **_INFERENCE_ALONE, **_SLOW_DISCRIMINATOR},
    ),
}

_GENERATED = of_validation("generator")
_REFINED = of_validation("refined")

# Half of the row's width and a quarter of its epochs, so that a run takes a minute or
# two: enough to see a gain of the paper's size.
MASK_READINGS = Study(
    name="mask_readings",
    method="ldrsp",
    settings={
        "width": 32,
        "discriminator_width": 32,
        "inference_steps": 30,
        "epochs": 60,
        "validation_interval": 20,
        "retrain": False,
        "crop_offsets": (0, 8),
    },
    ablations=_ABLATIONS,
    columns=(
        mean_column("G", _GENERATED),
        mean_column("refined", _REFINED),
        change_column("change", _REFINED),
        gain_column("gain", _REFINED, _GENERATED),
        *SCORE_COLUMNS,
        SEEDS,
    ),
    needed=("score",),
)
