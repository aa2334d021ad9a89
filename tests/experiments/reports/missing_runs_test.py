from experiments.reports.missing_runs import RunName, missing_runs, runnable


def test_runs_without_a_result_are_missing_all_of_a_seed_first():
    there = {"gan": [{"seed": 1}], "own": [{"seed": 0}]}
    missing = missing_runs("bibtex", ["baseline", "gan"], there, seeds=2)
    assert [str(run) for run in missing] == [
        "bibtex/baseline/seed0",
        "bibtex/gan/seed0",
        "bibtex/baseline/seed1",
    ]


def test_nothing_is_missing_where_there_are_more_seeds_than_wanted():
    there = {"gan": [{"seed": seed} for seed in range(3)]}
    assert missing_runs("bibtex", ["gan"], there, seeds=2) == []


def test_a_table_of_controls_lacks_results_without_them():
    there = {"ldrsp": [{"seed": 0, "controls": {}}, {"seed": 1}]}
    missing = missing_runs("bibtex", ["ldrsp"], there, seeds=2, controls=True)
    assert missing == [RunName("bibtex", "ldrsp", 1)]
    assert missing_runs("bibtex", ["ldrsp"], there, seeds=2) == []


def test_the_flags_of_a_run_name_its_method_and_its_networks():
    usual = RunName("bibtex", "gan", 3)
    assert usual.flags == ["--task=bibtex", "--method=gan", "--seed=3"]
    other = RunName("weizmann_horse", "ldrsp_plus-unet", 0)
    assert other.method == "ldrsp_plus"
    assert other.flags == [
        *("--task=weizmann_horse", "--method=ldrsp_plus"),
        *("--generator=unet", "--seed=0"),
    ]


def test_a_run_with_controls_is_another_than_that_without():
    run = RunName("bibtex", "ldrsp", 1, controls=True)
    assert run.flags[-1] == "--controls=True"
    assert run.place == f"{run}-with-controls"


def test_the_flags_of_a_value_network_are_of_the_discriminator():
    run = RunName("weizmann_horse", "dvn-value", 1)
    assert run.networks == {"discriminator": "value"}
    assert run.flags[1:] == ["--method=dvn", "--discriminator=value", "--seed=1"]
    assert runnable(["dvn-value"]) == ["dvn-value"]


def test_methods_of_others_cannot_be_run():
    folders = ["cats", "gan", "gan-unet", "gan-wide", "own"]
    assert runnable(folders) == ["gan", "gan-unet"]
