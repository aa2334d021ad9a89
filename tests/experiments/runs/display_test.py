import numpy as np
import pytest

from experiments.runs.display import Display
from experiments.summaries.result_table import result_table, selection_line
from experiments.tasks.task import get_task
from ldrsp_tf.data.examples import Examples


def test_the_table_ends_with_predictions_without_refinement():
    metrics = {"f1": 0.25, "f1_plugin": 0.5}
    result = {
        "test": {"generator": metrics, "refined": {"f1": 0.375}},
        "controls": {"own": metrics, "ensemble": metrics},
    }
    lines = result_table(result, {}).splitlines()
    assert [line[:18].strip() for line in lines[1:]] == [
        *("G", "refined", "D's own prediction", "ensemble of G")
    ]
    assert lines[3].split()[-2:] == ["25.0", "50.0"]


def test_table_has_the_papers_figures_beside_ours_of_the_same_metric():
    result = {
        "test": {
            "generator": {"f1": 0.4279, "f1_tuned": 0.45, "f1_plugin": 0.471},
            "refined": {"f1": 0.465, "f1_tuned": 0.466},
        }
    }
    paper = {"generator": 42.8, "refined": 46.4}
    table = result_table(result, paper, "f1")
    lines = [line.split() for line in table.splitlines()]
    assert " ".join(lines[0]) == "test F1 at 0.5 paper tuned threshold plug-in"
    assert lines[1] == ["G", "42.8", "42.8", "45.0", "47.1"]
    assert lines[2] == ["refined", "46.5", "46.4", "46.6", "-"]
    assert len({len(line) for line in table.splitlines()}) == 1


@pytest.mark.parametrize(
    ("metric", "header", "row"),
    [
        ("superpixel_accuracy", "superpixel acc. paper", "94.1 95.4 95.9"),
        ("superpixel_accuracy_slic", "superpixel acc. (SLIC proxy)", "94.1 95.4"),
    ],
)
def test_the_papers_superpixel_accuracy_stands_beside_the_official_one_only(
    metric, header, row
):
    result = {"test": {"generator": {"pixel_accuracy": 0.941, metric: 0.954}}}
    paper = {"generator": 95.87, "refined": 96.47}
    table = result_table(result, paper, "superpixel_accuracy")
    first, second = (" ".join(line.split()) for line in table.splitlines())
    assert first == f"test pixel accuracy {header}"
    assert second == f"G {row}"


def test_notes_are_shown_one_a_line(capsys):
    Display().notes(("One.", "Two."))
    assert capsys.readouterr().out == "One.\nTwo.\n"
    Display().notes(())
    assert capsys.readouterr().out == ""


def test_selection_is_printed_with_and_without_refinement():
    assert selection_line({"selected": {"epochs": 3}}).endswith("3 epochs.")
    selected = {"epochs": 3, "refinement_steps": 5, "step_size": 0.25}
    line = selection_line({"selected": selected})
    assert line.endswith("3 epochs, 5 refinement steps of size 0.25.")


def test_the_decision_follows_what_was_chosen():
    sentence = "Refinement adds +0.3 ± 0.5 points of F1: not used; G's are taken."
    selected = {"epochs": 3, "refinement_steps": 5, "step_size": 0.25}
    line = selection_line(
        {"selected": {**selected, "decision": {"sentence": sentence}}}
    )
    assert line.endswith(f"3 epochs, 5 refinement steps of size 0.25. {sentence}")


def test_decided_outputs_stand_below_those_that_they_are_chosen_from():
    both = {"f1": 0.25, "f1_plugin": 0.5}
    test = {"generator": both, "refined": {"f1": 0.375}, "decided": {"f1": 0.5}}
    result = {"test": test, "controls": {"own": both}}
    lines = result_table(result, {}).splitlines()[1:]
    assert [line[:18].strip() for line in lines] == [
        *("G", "refined", "decided", "D's own prediction")
    ]
    assert lines[2].split() == ["decided", "50.0", "-"]


def test_a_generators_validations_on_its_fold_have_no_lines_of_their_own(capsys):
    display = display_of("auto")
    display.stage("selection/generator 1", 10)
    for epoch in range(1, 11):
        validation = {"metric": 0.5}
        display.progress(
            {"epoch": epoch, "surrogate_loss": 0.5, "validation": validation}
        )
    lines = capsys.readouterr().out.splitlines()[-5:]
    assert [line.split()[2] for line in lines] == [
        "2/10",
        "4/10",
        "6/10",
        "8/10",
        "10/10",
    ]
    assert not any("validation" in line for line in lines)


def test_a_resumed_stage_says_from_where_it_goes_on(capsys):
    display = Display()
    display.stage("retraining", 10)
    display.progress({"epoch": 8, "surrogate_loss": 0.5})
    assert capsys.readouterr().out == (
        "retraining goes on from its checkpoint after epoch 7 of 10\n"
        "retraining   8/10  L_g 0.5000  0:00 left of this stage\n"
    )


def test_the_last_epoch_of_a_stage_does_not_end_the_run(capsys):
    """It showed `0:00 left`, and another training followed."""
    display = Display()
    display.stage("selection", 1)
    display.progress({"epoch": 1, "surrogate_loss": 0.25, "regularization_loss": 0.5})
    assert capsys.readouterr().out == "selection   1/1  L_g 0.2500 reg 0.5000\n"


def validated(epoch, score, value):
    measured = {"generator": {"f1": 0.5}, "refined": {"f1": 0.6}}
    return {
        "epoch": epoch,
        "surrogate_loss": 0.5,
        "validation": {
            "measured": measured,
            "refinement": {"steps": 5, "step_size": 0.25, "normalized": True},
            "score": {"refined_mean": score, "oracle_mean": value},
        },
    }


def display_of(method):
    task = get_task("synthetic_tags")
    display, rows = Display(), Examples(np.zeros((1, 2)), np.zeros((1, 3)))
    display.start(task, task.configure(method, {}), rows, rows, rows)
    display.stage("selection", 4)
    return display


def test_a_score_that_estimates_no_value_is_not_warned_of(capsys):
    display_of("wgan_gp").progress(validated(1, 9.0, 0.60))
    screen = capsys.readouterr().out
    assert "D 9.00 v* 0.60" in screen and "(!)" not in screen


def test_an_overestimating_discriminator_is_warned_of_once_and_marked(capsys):
    display = display_of("ldrsp")
    display.progress(validated(1, 0.64, 0.60))
    assert "(!)" not in capsys.readouterr().out
    display.progress(validated(2, 0.66, 0.60))
    first = capsys.readouterr().out
    assert "D 0.66 v* 0.60 (!)" in first and "(!) marks" in first
    display.progress(validated(3, 0.70, 0.60))
    second = capsys.readouterr().out
    assert "D 0.70 v* 0.60 (!)" in second and "marks" not in second
