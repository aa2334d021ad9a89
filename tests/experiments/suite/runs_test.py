import pytest

from experiments.suite.runs import runs_to_do
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError


def config(method, seed):
    return get_task("bibtex").configure(method, {"seed": seed}).as_dict()


def test_missing_runs_of_all_tasks_begin_with_seed_0(result_folder):
    result_folder.write("bibtex", "gan", 0, {}, config=config("gan", 0))
    missing = runs_to_do(
        result_folder.path, ["bibtex", "synthetic_tags"], ["baseline", "gan"], 2
    )
    assert [str(run) for run in missing] == [
        *("bibtex/baseline/seed0",),
        *("synthetic_tags/baseline/seed0", "synthetic_tags/gan/seed0"),
        *("bibtex/baseline/seed1", "bibtex/gan/seed1"),
        *("synthetic_tags/baseline/seed1", "synthetic_tags/gan/seed1"),
    ]


def test_an_unknown_task_is_refused_before_any_run(tmp_path):
    with pytest.raises(UsageError, match="no task 'mulan/nothing'"):
        runs_to_do(tmp_path, ["bibtex", "mulan/nothing"], ["gan"], 1)


def test_results_of_other_settings_are_refused(result_folder):
    other = {**config("gan", 0), "epochs": 1234}
    result_folder.write("bibtex", "gan", 0, {}, config=other)
    with pytest.raises(UsageError, match=r"bibtex/gan .*other settings.*\(epochs\)"):
        runs_to_do(result_folder.path, ["bibtex"], ["gan"], 2)
    assert runs_to_do(result_folder.path, ["bibtex"], ["gan"], 1) == []
