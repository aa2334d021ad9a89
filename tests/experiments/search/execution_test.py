import pytest

from experiments.search.plan import Plan, Sweep
from experiments.search.widening import Budget
from experiments.summaries.result_file import read_json
from experiments.sweep import _end
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

pytest.importorskip("optuna")
from experiments.search import execution
from experiments.search.execution import _command, do_sweeps


def test_the_command_names_the_users_files_without_their_folders(tmp_path):
    path = tmp_path / "my tags.arff"
    path.touch()
    given = {"train_file": str(path), "num_labels": -2, "epochs": 3}
    plan = Plan(get_task("arff"), "gan", given, seed=1)
    command = _command(plan, Budget(4))
    assert str(tmp_path) not in command
    assert command.startswith("python -m experiments.sweep --task=arff --method=gan ")
    assert command.endswith("'--train_file=my tags.arff' --num_labels=-2 --epochs=3")
    # The plan, by which sweeps are told apart, names it in the same way.
    assert plan.as_dict()["fixed"]["train_file"] == "my tags.arff"


def test_a_method_that_is_refused_keeps_no_other_from_its_sweep(
    tmp_path, monkeypatch, capsys
):
    def value(plan, rows, settings, folder, report):
        if plan.method == "gan":
            raise UsageError("gan is of other data; leave it out.")
        return 0.5

    monkeypatch.setattr(execution, "validation_value", value)
    task = get_task("synthetic_tags")
    sweeps = [
        Sweep(Plan(task, m, {}, seeds=1), tmp_path / m, tmp_path / f"{m}.sqlite3")
        for m in ("gan", "lsgan")
    ]
    data = task.load(sweeps[0].plan.own_config, None, None)
    refused = do_sweeps(sweeps, Budget(1, 0), data)
    assert refused == {"gan": "gan is of other data; leave it out."}
    with pytest.raises(UsageError, match=r"^gan is of other data; leave it out\.$"):
        _end(sweeps, refused, str(tmp_path / "records"))
    assert "Best of 1: trial 0, 50.0 on validation rows." in capsys.readouterr().out
    assert read_json(tmp_path / "records" / "synthetic_tags" / "lsgan.json")
