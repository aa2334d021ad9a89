import pytest

from experiments.ablation.mask_readings import MASK_READINGS
from experiments.ablation.parts import PARTS
from experiments.ablation.studies import STUDIES
from experiments.ablation.table import ablation_table
from experiments.ablation.tag_readings import TAG_READINGS
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError


def _write(result_folder, name, seed, refined, far):
    test = {"generator": {"f1_plugin": 0.4}, "refined": {"f1": refined}}
    walk = {name: [0.1, far] for name in ("metric", "score", "oracle")}
    walk["steps"] = [0, 200]
    result_folder.write("bibtex", PARTS.folder(name), seed, test, walk=walk)


def test_a_row_is_compared_with_the_same_seeds_of_the_whole(result_folder):
    for seed, refined in enumerate((0.50, 0.52, 0.54)):
        _write(result_folder, "full", seed, refined, 0.5)
    for seed, refined in enumerate((0.40, 0.43)):
        _write(result_folder, "linear_head", seed, refined, 0.3)
    table = ablation_table(result_folder.path, "bibtex", PARTS)
    assert table.splitlines()[2:] == [
        "| nothing | 52.0 ± 2.0 | - | 50.0 ± 0.0 | 40.0 ± 0.0 | 3 |",
        f"| {PARTS.ablations['linear_head'].title} | 41.5 ± 2.1 | -9.5 [-15.9, -3.1]* "
        "| 30.0 ± 0.0 | 40.0 ± 0.0 | 2 |",
    ]


def test_one_seed_has_no_interval(result_folder):
    _write(result_folder, "full", 0, 0.5, 0.5)
    _write(result_folder, "seen", 0, 0.45, 0.3)
    table = ablation_table(result_folder.path, "bibtex", PARTS)
    assert table.splitlines()[3].split(" | ")[1:3] == ["45.0", "-5.0"]


def test_a_result_without_a_figure_of_the_table_is_named(result_folder):
    test = {"generator": {"f1_plugin": 0.4}, "refined": {}}
    walk = {key: [0.5] for key in ("steps", "metric", "score", "oracle")}
    path = result_folder.write("bibtex", PARTS.folder("full"), 0, test, walk=walk)
    with pytest.raises(UsageError, match=r"seed 0, has no test\.refined\.f1; make"):
        ablation_table(result_folder.path, "bibtex", PARTS)
    result_folder.write("bibtex", PARTS.folder("full"), 0, test)
    with pytest.raises(UsageError, match=f"{path} is not .*walk is missing"):
        ablation_table(result_folder.path, "bibtex", PARTS)


def _write_reading(result_folder, name, seed, generated, refined):
    validation = {
        "generator": {"mean_iou": generated, "pixel_accuracy": 0.1},
        "refined": {"mean_iou": refined, "pixel_accuracy": 0.1},
    }
    score = {"refined_mean": 0.97, "oracle_mean": 0.91, "correlation": 0.5}
    score["gradient_norm"] = 1.0
    result_folder.write(
        "weizmann_horse",
        MASK_READINGS.folder(name),
        seed,
        {},
        validation=validation,
        score=score,
        config={"metric": "mean_iou"},
    )


def test_a_reading_has_its_gain_on_validation_rows(result_folder):
    for seed, refined in enumerate((0.75, 0.76, 0.77)):
        _write_reading(result_folder, "full", seed, 0.74, refined)
    _write_reading(result_folder, "no_truth", 0, 0.70, 0.69)
    table = ablation_table(result_folder.path, "weizmann_horse", MASK_READINGS)
    assert table.splitlines()[0] == (
        "| changed part | G | refined | change | gain "
        "| D's score | true value | seeds |"
    )
    assert table.splitlines()[2:] == [
        "| nothing | 74.0 ± 0.0 | 76.0 ± 1.0 | - | +2.0 [-0.5, +4.5] "
        "| 0.97 ± 0.00 | 0.91 ± 0.00 | 3 |",
        f"| {MASK_READINGS.ablations['no_truth'].title} "
        "| 70.0 | 69.0 | -6.0 | -1.0 | 0.97 | 0.91 | 1 |",
    ]


def test_a_study_does_not_read_the_results_of_another(result_folder):
    _write(result_folder, "full", 0, 0.5, 0.5)
    result_folder.write("bibtex", TAG_READINGS.folder("full"), 0, {})
    table = ablation_table(result_folder.path, "bibtex", PARTS)
    assert len(table.splitlines()) == 3
    with pytest.raises(UsageError, match="score is missing"):
        ablation_table(result_folder.path, "bibtex", TAG_READINGS)


_TASKS = {
    "parts": "bibtex",
    "tag_readings": "bibtex",
    "mask_readings": "weizmann_horse",
}


@pytest.mark.parametrize(
    ("study", "name"),
    [(study, name) for study in STUDIES for name in STUDIES[study].ablations],
)
def test_an_ablation_changes_the_method(study, name):
    task, study = get_task(_TASKS[study]), STUDIES[study]
    whole = task.configure(study.method, study.settings)
    changed = task.configure(study.method, study.settings_of(name))
    assert (changed == whole) == (name == "full")
