import pytest

from experiments.ablation.plan import ABLATIONS, METHOD
from experiments.ablation.table import ablation_table
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError


def _write(result_folder, name, seed, refined, far):
    test = {"generator": {"f1_plugin": 0.4}, "refined": {"f1": refined}}
    walk = {name: [0.1, far] for name in ("metric", "score", "oracle")}
    walk["steps"] = [0, 200]
    result_folder.write("bibtex", f"{METHOD}-{name}", seed, test, walk=walk)


def test_a_row_is_compared_with_the_same_seeds_of_the_whole(result_folder):
    for seed, refined in enumerate((0.50, 0.52, 0.54)):
        _write(result_folder, "full", seed, refined, 0.5)
    for seed, refined in enumerate((0.40, 0.43)):
        _write(result_folder, "linear_head", seed, refined, 0.3)
    table = ablation_table(result_folder.path, "bibtex")
    assert table.splitlines()[2:] == [
        "| nothing | 52.0 ± 2.0 | - | 50.0 ± 0.0 | 40.0 ± 0.0 | 3 |",
        f"| {ABLATIONS['linear_head'].title} | 41.5 ± 2.1 | -9.5 [-15.9, -3.1]* "
        "| 30.0 ± 0.0 | 40.0 ± 0.0 | 2 |",
    ]


def test_one_seed_has_no_interval(result_folder):
    _write(result_folder, "full", 0, 0.5, 0.5)
    _write(result_folder, "seen", 0, 0.45, 0.3)
    table = ablation_table(result_folder.path, "bibtex")
    assert table.splitlines()[3].split(" | ")[1:3] == ["45.0", "-5.0"]


def test_a_result_without_a_figure_of_the_table_is_named(result_folder):
    test = {"generator": {"f1_plugin": 0.4}, "refined": {}}
    walk = {key: [0.5] for key in ("steps", "metric", "score", "oracle")}
    path = result_folder.write("bibtex", f"{METHOD}-full", 0, test, walk=walk)
    with pytest.raises(UsageError, match=r"seed 0, has no refined\.f1; make"):
        ablation_table(result_folder.path, "bibtex")
    result_folder.write("bibtex", f"{METHOD}-full", 0, test)
    with pytest.raises(UsageError, match=f"{path} is not .*walk is missing"):
        ablation_table(result_folder.path, "bibtex")


@pytest.mark.parametrize("name", ABLATIONS)
def test_an_ablation_changes_the_method(name):
    task = get_task("bibtex")
    whole = task.configure(METHOD, {})
    changed = task.configure(METHOD, ABLATIONS[name].settings)
    assert (changed == whole) == (name == "full")
