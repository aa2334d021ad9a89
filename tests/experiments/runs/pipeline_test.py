import json

import pytest

from experiments.runs.pipeline import check_folder
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError


def config(**given):
    return get_task("synthetic_tags").configure("ldrsp", given)


def test_a_check_creates_the_folder_and_claims_nothing(tmp_path):
    folder = tmp_path / "new" / "run"
    assert check_folder(folder, config().as_dict()) is None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["config.json", "result.json"])
def test_a_folder_of_another_run_is_refused(tmp_path, name):
    content = config(seed=1).as_dict()
    if name == "result.json":
        content = {"config": content}
    (tmp_path / name).write_text(json.dumps(content))
    with pytest.raises(UsageError, match="seed is 1 there and 2 here"):
        check_folder(tmp_path, config(seed=2).as_dict())


def test_pictures_are_no_setting_of_a_run(tmp_path):
    result = {"complete": True, "config": config(figures=True).as_dict()}
    (tmp_path / "result.json").write_text(json.dumps(result))
    assert check_folder(tmp_path, config(figures=False).as_dict()) == result


def test_the_result_of_the_same_run_is_found(tmp_path):
    result = {"complete": True, "config": config().as_dict()}
    (tmp_path / "result.json").write_text(json.dumps(result))
    assert check_folder(tmp_path, config().as_dict()) == result


@pytest.mark.parametrize("name", ["config.json", "result.json"])
def test_a_run_of_a_version_without_a_setting_had_its_default(tmp_path, name):
    settings = config()
    wanted = settings.as_dict()
    older = {name: value for name, value in wanted.items() if name != "patience"}
    older = {"config": older} if name == "result.json" else older
    (tmp_path / name).write_text(json.dumps(older))

    check_folder(tmp_path, wanted, defaults=settings.defaults())
    with pytest.raises(UsageError, match="patience is None there and 5 here"):
        check_folder(tmp_path, config(patience=5).as_dict(), (), settings.defaults())
