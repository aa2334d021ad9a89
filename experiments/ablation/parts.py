"""The parts of `ldrsp_cross`, removed one at a time."""

from experiments.ablation.columns import (
    SEEDS,
    change_column,
    mean_column,
    of_test,
)
from experiments.ablation.study import WHOLE, Ablation, Study

# D keeps the weights that its pretraining ends with.
_NO_JUDGING = {"discriminator_learning_rate": 0.0, "epochs": 1}


_ABLATIONS = {
    WHOLE: Ablation("nothing", {}),
    "seen": Ablation(
        "generators trained on the rows that they predict", {"blind": False}
    ),
    "two_folds": Ablation("two folds instead of five", {"folds": 2}),
    "joint": Ablation(
        "one generator, trained with D",
        {"folds": 0, "pretraining_epochs": 0, "adversarial_weight": 3.0},
    ),
    "no_teacher": Ablation(
        "generators without the adversarial term", {"first_method": "baseline"}
    ),
    "no_generator_dropout": Ablation(
        "no dropout in G", {"input_dropout": 0.0, "hidden_dropout": 0.0}
    ),
    "no_pretraining": Ablation("no pretraining of D", {"pretraining_epochs": 0}),
    "no_judging": Ablation(
        "no fitting to the oracle: D after its pretraining", _NO_JUDGING
    ),
    # It trains D for as many epochs as its pretraining and its training together.
    "answers_alone": Ablation(
        "no fitting to the oracle, four times the pretraining",
        {**_NO_JUDGING, "pretraining_epochs": 40},
    ),
    "no_dropout": Ablation("no dropout in D", {"discriminator_dropout": 0.0}),
    "linear_head": Ablation(
        "D's linear head, which cannot predict, instead of F1's shape",
        {"discriminator_head": "linear", "pretraining_epochs": 0},
    ),
    "no_interaction": Ablation("no label interaction in D", {"interaction_units": 0}),
    "no_adversarial_samples": Ablation(
        "inference samples alone", {"source_shares": (1.0, 0.0, 0.0)}
    ),
    "relaxed_oracle": Ablation("the relaxed oracle", {"binarised_oracle": False}),
    "light_truth": Ablation("the truth at a weight of 0", {"truth_weight": 0.0}),
}

_REFINED = of_test("refined", "f1")

PARTS = Study(
    name="parts",
    method="ldrsp_cross",
    settings={"ensemble": False},
    ablations=_ABLATIONS,
    columns=(
        mean_column("refined", _REFINED),
        change_column("change", _REFINED),
        mean_column("after 200 steps", lambda run: 100 * run["walk"]["metric"][-1]),
        mean_column("G, plug-in", of_test("generator", "f1_plugin")),
        SEEDS,
    ),
    needed=("walk",),
)
