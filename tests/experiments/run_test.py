import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from experiments import run
from experiments.runs.finished import load_run
from ldrsp_tf.errors import UsageError
from ldrsp_tf.training.folder_lock import claim_folder
from tests import full_disk

SHORT = (
    "--task=synthetic_tags",
    "--method=ldrsp",
    "--epochs=4",
    "--validation_interval=2",
)


def read_json(path: pathlib.Path) -> dict:
    return json.loads(path.read_text())


def figures(folder: pathlib.Path) -> dict:
    result = read_json(folder / "result.json")
    return {name: result[name] for name in ("test", "validation", "selected", "score")}


@pytest.fixture(scope="module")
def finished(command_line, tmp_path_factory) -> tuple[pathlib.Path, str]:
    folder = tmp_path_factory.mktemp("finished") / "run"
    process = command_line.run(*SHORT, f"--output_dir={folder}", fresh=True)
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    return folder, process.stdout


@pytest.mark.slow
def test_shows_progress_and_ends_with_the_table(finished):
    _, screen = finished
    assert "Synthetic tags, seed 0" in screen
    assert re.search(
        r"selection +2/4 .*validation [^:]+: G [\d.]+, refined [\d.]+", screen
    )
    assert re.search(r"retraining +\d/\d .* left", screen)
    assert re.search(r"\nG( +[\d.]+){3}\n", screen)
    assert re.search(r"\nrefined( +[\d.]+){2} +-\n", screen)


def test_leaves_the_files_of_a_run(finished):
    folder, _ = finished
    assert read_json(folder / "config.json")["epochs"] == 4
    assert list((folder / "events").glob("events.out.tfevents.*"))
    assert list((folder / "checkpoints" / "retraining" / "latest").glob("*.index"))
    records = [
        json.loads(s) for s in (folder / "metrics.jsonl").read_text().splitlines()
    ]
    epochs = [r["epoch"] for r in records if r["phase"] == "selection"]
    assert epochs == [1, 2, 3, 4]
    assert ["validation" in r for r in records[:4]] == [False, True, False, True]


def test_result_tells_what_was_measured_and_how(finished):
    folder, screen = finished
    result = read_json(folder / "result.json")
    assert result["complete"] is True
    assert (result["task"], result["method"], result["seed"]) == (
        "synthetic_tags",
        "ldrsp",
        0,
    )
    for split in ("test", "validation"):
        assert set(result[split]["generator"]) == {"f1", "f1_tuned", "f1_plugin"}
        assert set(result[split]["refined"]) == {"f1", "f1_tuned"}
        for row in result[split].values():
            assert all(0.0 < value < 1.0 for value in row.values())
    assert set(result["score"]) == {
        "refined_mean",
        "oracle_mean",
        "correlation",
        "gradient_norm",
    }
    assert set(result["seconds"]) == {"prepare", "train", "epoch", "evaluate"}
    assert result["peak_memory_bytes"] > 10**8
    assert result["versions"]["tensorflow"]
    assert result["notes"] == []
    assert all(re.fullmatch("[0-9a-f]{64}", sha) for sha in result["data"].values())
    assert result["config"] == read_json(folder / "config.json")
    assert result["command"] == (
        "python -m experiments.run --task=synthetic_tags --method=ldrsp --seed=0 "
        "--epochs=4 --validation_interval=2"
    )
    shown = f"{100 * result['test']['refined']['f1']:.1f}"
    assert re.search(rf"\nrefined +{shown} ", screen)


@pytest.mark.slow
def test_a_second_start_says_that_the_run_is_complete(finished, command_line):
    folder, _ = finished
    before = (folder / "result.json").read_bytes()
    process = command_line.run(*SHORT, f"--output_dir={folder}")
    assert process.returncode == 0
    assert "complete" in process.stdout
    assert "selection" not in process.stdout
    assert (folder / "result.json").read_bytes() == before


def test_other_settings_in_the_same_folder_are_refused(finished, command_line):
    folder, _ = finished
    process = command_line.run(*SHORT, "--epochs=5", f"--output_dir={folder}")
    command_line.assert_one_sentence(
        process, "epochs is 4 there and 5 here", "--output_dir"
    )


@pytest.mark.slow
def test_a_killed_run_ends_with_the_figures_of_an_undisturbed_one(
    finished, command_line, tmp_path
):
    folder = tmp_path / "killed"
    metrics = folder / "metrics.jsonl"
    # In the middle of the selection, and again in the retraining.
    for moment in ('"epoch": 3', '"phase": "retraining", "epoch": 2'):
        process = command_line.start(*SHORT, f"--output_dir={folder}")
        while not (metrics.exists() and moment in metrics.read_text()):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.005)
        process.kill()
        process.communicate()
        assert not (folder / "result.json").exists()
    process = command_line.run(*SHORT, f"--output_dir={folder}")
    assert process.returncode == 0, process.stderr
    assert figures(folder) == figures(finished[0])


@pytest.mark.slow
def test_a_truncated_checkpoint_is_told_and_the_one_before_taken(
    finished, command_line, tmp_path
):
    folder = tmp_path / "truncated"
    shutil.copytree(finished[0], folder)
    (folder / "result.json").unlink()
    latest = folder / "checkpoints" / "selection" / "latest"
    path = latest / "ckpt-4.data-00000-of-00001"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    process = command_line.run(*SHORT, f"--output_dir={folder}")
    assert process.returncode == 0
    assert process.stderr == (
        f"warning: The checkpoint {latest / 'ckpt-4'} is damaged; going on from the "
        "one before.\n"
    )
    assert figures(folder) == figures(finished[0])


def test_other_networks_than_those_of_the_result_predict_nothing(finished, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(finished[0], folder)
    latest = folder / "checkpoints" / "retraining" / "latest"
    newest = max(latest.glob("*.index"), key=lambda path: path.stat().st_mtime)
    load_run(folder).refiner()
    newest.write_bytes(newest.read_bytes()[:100])
    with (
        pytest.warns(UserWarning, match="damaged"),
        pytest.raises(UsageError, match="no checkpoint of its networks, of epoch"),
    ):
        load_run(folder).refiner()


def test_a_folder_in_which_another_process_works_is_refused(command_line, tmp_path):
    with claim_folder(tmp_path, "run.lock"):
        process = command_line.run(*SHORT, f"--output_dir={tmp_path}")
    command_line.assert_one_sentence(
        process, "Another process is at work", str(tmp_path)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_stops_a_run_by_one_sentence(number, status, command_line, tmp_path):
    flags = ("--task=synthetic_tags", "--epochs=100000", "--validation_interval=5000")
    # One as a user starts it; the other one in a fork, which begins sooner.
    process = command_line.start(
        *flags, f"--output_dir={tmp_path}", fresh=number == signal.SIGINT
    )
    metrics = tmp_path / "metrics.jsonl"
    while not (metrics.exists() and metrics.read_text()):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    process.send_signal(number)
    try:
        _, stderr = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == status
    assert stderr.strip().splitlines() == [
        "Stopped; the same command goes on from the last checkpoint."
    ]
    # Nothing is left claimed, and no epoch is lost, though none was validated.
    claim_folder(tmp_path, "run.lock").close()
    last = json.loads(metrics.read_text().splitlines()[-1])["epoch"]
    latest = tmp_path / "checkpoints" / "selection" / "latest"
    assert (latest / f"ckpt-{last}.index").exists()


@pytest.mark.slow
def test_a_full_disk_loses_nothing_that_was_saved(finished, command_line, tmp_path):
    folder = tmp_path / "full"
    flags = (*SHORT, f"--output_dir={folder}")
    process = command_line.run(
        "65536", "experiments.run", *flags, module=full_disk.__name__
    )
    command_line.assert_one_sentence(
        process, "could not be written", "is the disk full?"
    )
    process = command_line.run(*flags)
    assert process.returncode == 0, process.stderr
    assert figures(folder) == figures(finished[0])


# Of masks, and in a new interpreter: `tests/experiments/figures_test.py`.
@pytest.mark.slow
def test_deterministic_runs_have_the_same_figures_bit_for_bit(command_line, tmp_path):
    flags = ("--task=synthetic_tags", "--method=wgan_gp", "--epochs=3", "--noretrain")
    flags += ("--deterministic",)
    folders = [tmp_path / "first", tmp_path / "second"]
    # Without `--deterministic`, sums of two threads have an open order.
    threads = {"TF_NUM_INTRAOP_THREADS": "2"}
    for folder in folders:
        process = command_line.run(
            *flags, f"--output_dir={folder}", more_environment=threads
        )
        assert process.returncode == 0, process.stderr
    assert figures(folders[0]) == figures(folders[1])
    result = read_json(folders[0] / "result.json")
    assert result["command"].endswith(" --deterministic")


@pytest.mark.slow
def test_baseline_has_one_row_and_no_score(command_line, tmp_path):
    process = command_line.run(
        *(*SHORT, "--method=baseline", f"--output_dir={tmp_path}", "--hidden=8,8"),
        "--figures",
    )
    assert process.returncode == 0, process.stderr
    result = read_json(tmp_path / "result.json")
    assert set(result["test"]) == {"generator"}
    assert "score" not in result and "step_size" not in result["selected"]
    assert "Nothing is drawn: --figures is of refinements" in process.stdout
    assert result["config"]["hidden"] == [8, 8]


@pytest.mark.slow
def test_a_run_whose_critic_diverges_says_so_at_its_end(command_line, tmp_path):
    process = command_line.run(
        *("--task=synthetic_tags", "--method=wgan_gp", "--epochs=2", "--noretrain"),
        *("--discriminator_learning_rate=1", "--penalty_weight=1e-6"),
        f"--output_dir={tmp_path}",
    )
    assert process.returncode == 0, process.stderr
    result = read_json(tmp_path / "result.json")
    (note,) = result["notes"]
    assert note.startswith(f"The critic's slope is {result['score']['slope']:.3g} ")
    assert note in process.stdout.splitlines()


@pytest.mark.slow
def test_a_method_without_a_generator_has_the_refined_row_alone(command_line, tmp_path):
    process = command_line.run(
        *SHORT, "--method=dvn", "--noretrain", f"--output_dir={tmp_path}"
    )
    assert process.returncode == 0, process.stderr
    assert re.search(r"\nrefined( +[\d.]+){2}\n", process.stdout)
    assert not re.search(r"\nG ", process.stdout)
    assert set(read_json(tmp_path / "result.json")["test"]) == {"refined"}


@pytest.mark.slow
def test_a_value_network_is_trained_on_crops_and_predicts_by_their_average(
    command_line, tmp_path
):
    process = command_line.run(
        *("--task=synthetic_shapes", "--method=dvn", "--discriminator=value"),
        *("--discriminator_head=sigmoid", "--discriminator_width=2", "--epochs=1"),
        *("--chain_length=2", "--chain_steps=1", "--refinement_steps_grid=1,2"),
        *("--noretrain", "--nofigures", f"--output_dir={tmp_path}"),
    )
    assert process.returncode == 0, process.stderr
    result = read_json(tmp_path / "result.json")
    assert set(result["test"]) == {"refined"}
    assert 0.0 < result["score"]["refined_mean"] < 1.0


@pytest.mark.slow
def test_spen_pretrains_its_unaries_and_tunes_a_threshold(command_line, tmp_path):
    process = command_line.run(
        *("--task=synthetic_tags", "--method=spen", "--epochs=1", "--noretrain"),
        *("--pretraining_epochs=2", f"--output_dir={tmp_path}"),
    )
    assert process.returncode == 0, process.stderr
    records = (tmp_path / "metrics.jsonl").read_text().splitlines()
    phases = [json.loads(record)["phase"] for record in records]
    assert phases == ["selection/answers"] * 2 + ["selection"]
    result = read_json(tmp_path / "result.json")
    # Relaxed outputs are inside the box, so that the threshold is a choice.
    assert 0.0 < result["selected"]["calibration"]["refined"]["threshold"] < 1.0


@pytest.mark.slow
def test_given_refinement_is_used_and_retraining_can_be_left_out(
    command_line, tmp_path
):
    process = command_line.run(
        *SHORT,
        "--step_size=0.125",
        "--refinement_steps=3",
        "--noretrain",
        f"--output_dir={tmp_path}",
    )
    assert process.returncode == 0, process.stderr
    assert "retraining" not in process.stdout
    selected = read_json(tmp_path / "result.json")["selected"]
    assert (selected["step_size"], selected["refinement_steps"]) == (0.125, 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--hidden=8,none",), ("--hidden=8,none", "commas")),
        (("--validation_fraction=0",), ("--validation_fraction",)),
        (("--output_dir=README.md/run",), ("README.md/run", "--output_dir")),
        (("--task=bibtex", "--manual_dir=ldrsp_tf"), ("bibtex", "--manual_dir")),
        (("--generator_learning_rate=1e38",), ("diverged", "learning rate")),
        (
            ("--task=synthetic_shapes", "--generator=unet", "--crop_size=20"),
            ("20 x 20", "multiples of 8"),
        ),
        (
            ("--task=synthetic_shapes", "--validation_offsets=0,4"),
            ("do not cover", "offsets"),
        ),
    ],
    ids=[
        "list",
        "no validation rows",
        "unwritable folder",
        "missing data",
        "NaN",
        "crop size",
        "crop offsets",
    ],
)
def test_a_mistake_is_answered_by_one_sentence(command_line, tmp_path, flags, words):
    first = (f"--output_dir={tmp_path / 'run'}", *SHORT)
    process = command_line.run(*first, *flags)
    command_line.assert_one_sentence(process, *words)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--task=horses",), "--task=horses: it should be one of synthetic_shapes, "),
        (("--epochs=0",), "--epochs=0: it should be a whole number of at least 1."),
        (
            ("--seed=one",),
            "--seed=one: it should be a whole number from 0 to 4294967295.",
        ),
        (("--epoch=3",), "There is no flag --epoch; did you mean --epochs?"),
        (("--task=bibtex", "--width=3"), "--width is not a setting of task 'bibtex'."),
        (("--task=bibtex", "--discriminator_head=bilinear"), "one of linear, ratio."),
        (("bibtex",), "'bibtex' is not a flag; flags begin with --."),
    ],
)
def test_a_wrong_flag_is_refused_before_tensorflow_is_imported(
    flags, sentence, without_tensorflow, capsys
):
    with pytest.raises(SystemExit) as refused:
        run.main(["run", *flags])
    assert refused.value.code.startswith("error: ")
    assert sentence in refused.value.code
    assert len(refused.value.code.splitlines()) == 1
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def without_tensorflow(monkeypatch):
    def quiet_tensorflow(**_):
        raise AssertionError("TensorFlow is imported")

    monkeypatch.setattr(run, "quiet_tensorflow", quiet_tensorflow)


def test_help_has_the_values_of_the_task_and_method(capsys, without_tensorflow):
    def help_of(*flags):
        with pytest.raises(SystemExit) as shown:
            run.main(["run", "--help", *flags])
        assert shown.value.code == 0
        return capsys.readouterr().out

    bibtex = help_of("--task=bibtex", "--method=ldrsp")
    assert "python -m experiments.run --task=bibtex --method=ldrsp" in bibtex
    assert "--epochs=INTEGER  [40, our choice]" in bibtex
    assert "--beta_1=NUMBER  [0.5, as in the paper]" in bibtex
    assert "--discriminator_head=linear|ratio  [linear, as in the paper]" in bibtex
    assert "--width" not in bibtex
    shapes = help_of()
    assert "--epochs=INTEGER  [20, our choice]" in shapes
    assert "--discriminator_head=sigmoid|bilinear  [bilinear, our choice]" in shapes
    unet = help_of("--task=weizmann_horse", "--generator=unet")
    assert "--width=INTEGER  [16, our choice]" in unet
    titles = re.findall(r"^(\w[^.\n]*):$", bibtex, re.M)
    assert titles == [
        *("Task and method", "Data", "Networks", "Training"),
        *("Samples that the discriminator is trained on", "Refinement", "Execution"),
        "Output",
    ]


COMMANDS = ("run", "sweep", "tables", "ablations", "figures", "predict", "export")
PACKAGES = ("suite",)  # Commands that are packages.


@pytest.mark.parametrize("name", (*COMMANDS, *PACKAGES))
def test_no_command_imports_tensorflow_for_help_or_to_refuse_a_flag(name):
    code = f"""
import sys
sys.modules["tensorflow"] = None  # An import of it fails.
from experiments.{name}{".__main__" if name in PACKAGES else ""} import main
main(["{name}", *sys.argv[1:]])
"""
    process = [sys.executable, "-c", code]
    shown = subprocess.run([*process, "--help"], capture_output=True, text=True)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"python -m experiments.{name}" in shown.stdout
    refused = subprocess.run([*process, "--wrong"], capture_output=True, text=True)
    assert refused.returncode == 1
    assert refused.stderr == (
        "error: There is no flag --wrong; --help lists the flags.\n"
    )
