from experiments.display import Display
from experiments.result_table import result_table, selection_line


def test_table_has_ours_beside_the_papers_figures():
    result = {
        "test": {
            "generator": {"f1": 0.4279, "f1_tuned": 0.45, "f1_plugin": 0.471},
            "refined": {"f1": 0.465, "f1_tuned": 0.466},
        }
    }
    lines = result_table(result, {"generator": 42.8, "refined": 46.4}).splitlines()
    assert lines[1].split() == ["G", "42.8", "45.0", "47.1", "42.8"]
    assert lines[2].split() == ["refined", "46.5", "46.6", "-", "46.4"]
    assert len({len(line) for line in lines}) == 1


def test_selection_is_told_with_and_without_refinement():
    assert selection_line({"selected": {"epochs": 3}}).endswith("3 epochs.")
    selected = {"epochs": 3, "refinement_steps": 5, "step_size": 0.25}
    line = selection_line({"selected": selected})
    assert line.endswith("3 epochs, 5 refinement steps of 0.25.")


def test_progress_of_a_resumed_phase_shows_the_time_left(capsys):
    display = Display()
    display.phase("retraining", 10)
    display.progress({"epoch": 9, "surrogate_loss": 0.5})
    assert capsys.readouterr().out == ""
    display.progress({"epoch": 10, "surrogate_loss": 0.25})
    assert capsys.readouterr().out == "retraining  10/10  L_g 0.2500  0:00 left\n"


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


def test_an_overestimating_discriminator_is_warned_of_once_and_marked(capsys):
    display = Display()
    display.phase("selection", 4)
    display.progress(validated(1, 0.64, 0.60))
    assert "(!)" not in capsys.readouterr().out
    display.progress(validated(2, 0.66, 0.60))
    first = capsys.readouterr().out
    assert "D 0.66 v* 0.60 (!)" in first and "warning (!)" in first
    display.progress(validated(3, 0.70, 0.60))
    second = capsys.readouterr().out
    assert "D 0.70 v* 0.60 (!)" in second and "warning" not in second
