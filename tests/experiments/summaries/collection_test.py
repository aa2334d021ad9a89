import json

import pytest

from experiments.summaries.collection import load_results
from experiments.tasks.tag_config import TagConfig
from ldrsp_tf.errors import UsageError

TEST = {"generator": {"f1": 0.4}}


def test_results_are_kept_by_folder_and_seed(result_folder):
    result_folder.write("bibtex", "ldrsp", 0, TEST)
    result_folder.write("bibtex", "ldrsp", 1, TEST)
    result_folder.write("bibtex", "ldrsp-unet", 0, TEST)
    result_folder.write("bookmarks", "gan", 0, TEST)
    results = load_results(result_folder.path, "bibtex")
    assert {folder: len(runs) for folder, runs in results.items()} == {
        "ldrsp": 2,
        "ldrsp-unet": 1,
    }
    assert [run["seed"] for run in results["ldrsp"]] == [0, 1]


def test_a_task_of_a_suite_lies_in_the_folder_of_the_suite(result_folder):
    path = result_folder.write("mulan/emotions", "gan", 0, TEST)
    result_folder.write("mulan/scene", "gan", 0, TEST)
    assert path == result_folder.path.joinpath(
        "mulan", "emotions", "gan", "seed0", "result.json"
    )
    assert len(load_results(result_folder.path, "mulan/emotions")["gan"]) == 1
    result_folder.write("mulan/scene", "gan", 1, TEST, task="mulan/emotions")
    with pytest.raises(UsageError, match="holds the run mulan/emotions/gan/seed1"):
        load_results(result_folder.path, "mulan/scene")


def test_an_incomplete_result_does_not_count(result_folder):
    result_folder.write("bibtex", "ldrsp", 0, TEST, complete=False)
    assert load_results(result_folder.path, "bibtex") == {}


def test_runs_with_different_settings_are_not_averaged(result_folder):
    for seed, epochs in ((5, 10), (6, 20)):
        config = {"seed": seed, "epochs": epochs}
        result_folder.write("bibtex", "ldrsp", seed, TEST, config=config)
    with pytest.raises(UsageError, match=r"bibtex/ldrsp.*seed \(epochs\)"):
        load_results(result_folder.path, "bibtex")


def test_a_run_older_than_a_setting_has_its_default(result_folder):
    result_folder.write("bibtex", "ldrsp", 0, TEST, config={"seed": 0})
    default = TagConfig.defaults()["precision"]
    for seed, precision in ((1, default), (2, "mixed_bfloat16")):
        assert len(load_results(result_folder.path, "bibtex")["ldrsp"]) == seed
        config = {"seed": seed, "precision": precision}
        result_folder.write("bibtex", "ldrsp", seed, TEST, config=config)
    with pytest.raises(UsageError, match=r"seed \(precision\)"):
        load_results(result_folder.path, "bibtex")


def test_a_run_that_drew_figures_is_no_other_run(result_folder):
    result_folder.write("bibtex", "ldrsp", 0, TEST, config={"seed": 0})
    config = {"seed": 1, "figures": True}
    result_folder.write("bibtex", "ldrsp", 1, TEST, config=config)
    assert len(load_results(result_folder.path, "bibtex")["ldrsp"]) == 2


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"seed": 0}, "bibtex/ldrsp/seed0"),
        ({"method": "gan"}, "bibtex/gan/seed1"),
        ({"task": "bookmarks"}, "bookmarks/ldrsp/seed1"),
    ],
)
def test_a_copy_in_the_wrong_folder_is_refused(result_folder, part, message):
    result_folder.write("bibtex", "ldrsp", 1, TEST, **part)
    with pytest.raises(UsageError, match=message):
        load_results(result_folder.path, "bibtex")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"task": "bibtex", "method": "ldrsp", "seed": 0, "complete": True},
        {
            **{"task": "bibtex", "method": "ldrsp", "seed": 0, "complete": True},
            "test": {"generator": {"f1": None}},
        },
        {
            **{"task": "bibtex", "method": "ldrsp", "seed": 0, "complete": True},
            "test": {"generator": 0.4},
        },
    ],
)
def test_a_file_without_a_result_is_refused_by_name(result_folder, content):
    path = result_folder.write("bibtex", "ldrsp", 0, TEST)
    path.write_text(json.dumps(content))
    with pytest.raises(UsageError, match=r"seed0/result\.json is not the result"):
        load_results(result_folder.path, "bibtex")
