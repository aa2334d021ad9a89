import pytest

from experiments.search.plan import Plan
from experiments.search.widening import Budget
from experiments.tasks.task import get_task

pytest.importorskip("optuna")
from experiments.search.execution import _command


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
