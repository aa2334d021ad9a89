import json

import pytest

from experiments.reports.sweep_table import sweep_table
from ldrsp_tf.errors import UsageError


def trial(number, state="complete", value=None):
    return {"number": number, "state": state, "value": value}


@pytest.fixture
def folder(tmp_path):
    def write(name, trials, best, **parts):
        path = tmp_path / "bibtex" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        content = {"trials": trials, "best": best, "plan": {"seeds": 2}, **parts}
        path.write_text(json.dumps(content))

    best = trial(1, value=0.4123)
    diverged = [trial(0, "diverged"), best, trial(2, "interrupted"), trial(3, "pruned")]
    widenings = [
        {"edges": {"adversarial_weight": "low", "step_size": "high"}},
        {"edges": {"step_size": "high"}},
    ]
    write("wgan_gp", diverged, best, widenings=widenings, edges={"step_size": "high"})
    write("gan-unet", [trial(0, "diverged")], None, widenings=[], edges={})
    write("baseline", [best], best)
    return tmp_path


def test_a_method_has_its_trials_its_best_value_and_its_edges(folder):
    assert sweep_table(folder, "bibtex").splitlines()[2:] == [
        "| baseline | 1 | 0 | 2 | 41.2 | 1 | - | not recorded |",
        "| GAN, unet | 1 | 1 | 2 | - | - | - | - |",
        "| WGAN+GP | 3 | 2 | 2 | 41.2 | 1 | `adversarial_weight`, `step_size` | "
        "`step_size` (high) |",
    ]


def test_a_task_without_a_sweep_is_named(folder):
    with pytest.raises(UsageError, match="no sweep of delicious"):
        sweep_table(folder, "delicious")
