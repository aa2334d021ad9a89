"""Readings of what the paper leaves open about `ldrsp` on tags, one at a time.

The row of the table samples by Eq. 9, whose steps have a fixed length, and refines by
Eq. 8, whose steps can settle; the paper has one equation for both. It states neither
whether its cross-entropy is a sum or a mean over the labels, nor the lengths of walks.
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

# Of Bibtex.
_LABELS = 159

_ABLATIONS = {
    WHOLE: Ablation("nothing", {}),
    "fixed_steps": Ablation(
        "Eq. 9 in the test as well",
        {"normalized_gradient": True, "step_size_grid": (0.05, 0.1, 0.25, 0.5)},
    ),
    "plain_samples": Ablation(
        "Eq. 8 for samples as well", {"normalized_sampling": False}
    ),
    "long_walks": Ablation(
        "inference samples of 20 steps, not 10", {"inference_steps": 20}
    ),
    "long_adversarial": Ablation(
        "adversarial samples of 10 steps, not 1", {"adversarial_steps": 10}
    ),
    "mostly_inference": Ablation(
        "a tenth of adversarial samples, not half", {"source_shares": (0.9, 0.1)}
    ),
    "inference_alone": Ablation(
        "inference samples alone", {"source_shares": (1.0, 0.0)}
    ),
    "light_truth": Ablation(
        "the ground truth at a weight of 0.3, not 1", {"truth_weight": 0.3}
    ),
    "no_truth": Ablation("the ground truth at a weight of 0", {"truth_weight": 0.0}),
    "paper_weight": Ablation(
        "the adversarial term at a weight of 1, not 3", {"adversarial_weight": 1.0}
    ),
    "weight_of_sum": Ablation(
        "a weight of 1 against the sum over the labels, not their mean",
        {"adversarial_weight": 1 / _LABELS},
    ),
    "adaptive_adversary": Ablation(
        "the adversarial gradient at 0.3 of the surrogate's norm",
        {"adversarial_share": 0.3},
    ),
    "no_dropout": Ablation(
        "no dropout in G", {"input_dropout": 0.0, "hidden_dropout": 0.0}
    ),
}

_GENERATED = of_validation("generator", "f1")
_PLUGIN = of_validation("generator", "f1_plugin")
_REFINED = of_validation("refined", "f1")

TAG_READINGS = Study(
    name="tag_readings",
    method="ldrsp",
    settings={"retrain": False},
    ablations=_ABLATIONS,
    columns=(
        mean_column("G", _GENERATED),
        mean_column("G, plug-in", _PLUGIN),
        mean_column("refined", _REFINED),
        change_column("change", _REFINED),
        gain_column("gain", _REFINED, _GENERATED),
        gain_column("gain over plug-in", _REFINED, _PLUGIN),
        *SCORE_COLUMNS,
        SEEDS,
    ),
    needed=("score",),
    tasks=("bibtex",),
)
