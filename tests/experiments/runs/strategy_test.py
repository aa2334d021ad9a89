import json
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import numpy as np
import pytest

from experiments.runs.strategy import lost_worker_errors, make_strategy, own_folder
from ldrsp_tf.errors import UsageError
from tests.worker_processes import SECONDS, cluster_environments, environment, finish

SHORT = (
    "--task=synthetic_tags",
    "--method=gan",
    "--epochs=4",
    "--validation_interval=2",
    "--refinement_steps_grid=1,2",
    "--batch_size=128",
)

# Sums of two halves of a batch are rounded otherwise than those of a whole one.
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def start_workers(command_line):
    """Starts a run on two workers, the chief first, with other folders for each."""

    def start(folder: pathlib.Path, *flags: str) -> list[subprocess.Popen]:
        return [
            command_line.start(
                *SHORT,
                "--distribute=multi_worker",
                f"--output_dir={folder if is_chief else folder.with_name('nobodys')}",
                *flags,
                more_environment=place,
            )
            for is_chief, place in zip((True, False), cluster_environments(2))
        ]

    return start


@pytest.fixture(scope="module")
def runs(command_line, start_workers, tmp_path_factory):
    """The same run of two workers and of one device: folders, and the printed text."""
    folder = tmp_path_factory.mktemp("runs")
    one = command_line.start(
        *SHORT, "--distribute=mirrored", f"--output_dir={folder / 'one'}"
    )
    finished = finish([*start_workers(folder / "two"), one])
    for process in finished:
        assert process.returncode == 0, process.stderr
        assert process.stderr == ""
    return folder, finished


def _read(folder: pathlib.Path) -> dict:
    return json.loads((folder / "result.json").read_text())


def _figures(folder: pathlib.Path) -> dict:
    result = _read(folder)
    return {name: result[name] for name in ("test", "validation", "selected", "score")}


def _losses(folder: pathlib.Path) -> np.ndarray:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return np.array(
        [
            [value for name, value in json.loads(line).items() if "_loss" in name]
            for line in lines
        ]
    )


@pytest.mark.slow
def test_two_workers_have_the_losses_of_one(runs):
    folder, _ = runs
    losses = _losses(folder / "one")
    assert losses.shape[0] > 4 and losses.shape[1] == 3  # with those of the retraining
    assert (np.ptp(losses, 0) > 20 * TOLERANCE * losses.max(0)).all()
    np.testing.assert_allclose(_losses(folder / "two"), losses, TOLERANCE)


@pytest.mark.slow
def test_the_chief_alone_has_files_and_both_show_the_run(runs):
    folder, (chief, worker, _) = runs
    assert not (folder / "nobodys").exists()
    result = _read(folder / "two")
    assert result["complete"] and result["replicas"] == 2
    assert _read(folder / "one")["replicas"] == 1
    assert result["command"].endswith("--distribute=multi_worker")
    # How it was computed does not make it another run.
    assert result["config"] == _read(folder / "one")["config"]
    assert "test " in chief.stdout
    progress = [line for line in chief.stdout.splitlines() if " L_g " in line]
    assert len(progress) > 4
    assert [line for line in worker.stdout.splitlines() if " L_g " in line]
    assert worker.stdout.endswith("The run is complete; the chief has its files.\n")


@pytest.mark.slow
def test_a_lost_worker_ends_all_and_a_new_start_ends_as_if_undisturbed(
    runs, start_workers, command_line, tmp_path
):
    folder = tmp_path / "run"
    checkpoints = folder / "checkpoints" / "selection" / "latest"
    # The worker is lost after the first checkpoint, and the chief after the second one.
    for lost, checkpoint in ((1, "ckpt-2.index"), (0, "ckpt-4.index")):
        processes = start_workers(folder)
        _wait_for(checkpoints / checkpoint, processes)
        processes[lost].send_signal(signal.SIGKILL)
        finished = finish(processes)
        assert finished[lost].returncode == -signal.SIGKILL
        command_line.assert_one_sentence(
            finished[1 - lost],
            "Another worker has ended",
            "resume from the last checkpoint",
        )
        assert not (folder / "result.json").exists()

    chief, worker = finish(start_workers(folder))
    for process in (chief, worker):
        assert process.returncode == 0, process.stderr
        assert "selection   " not in process.stdout
        assert "retraining   " in process.stdout
    undisturbed = runs[0] / "two"
    assert _figures(folder) == _figures(undisturbed)
    np.testing.assert_array_equal(_losses(folder), _losses(undisturbed))


def _wait_for(path: pathlib.Path, processes: list[subprocess.Popen]) -> None:
    end = time.monotonic() + SECONDS
    while not path.exists():
        running = all(process.poll() is None for process in processes)
        if not running or time.monotonic() > end:
            for process in processes:
                process.kill()
            pytest.fail(f"no {path.name}: {[p.communicate() for p in processes]}")
        time.sleep(0.02)


@pytest.mark.slow
def test_a_complete_run_is_seen_by_both(runs, start_workers, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(runs[0] / "two", folder)
    chief, worker = finish(start_workers(folder))
    assert chief.returncode == worker.returncode == 0
    assert f"This run is complete; its files are in {folder}." in chief.stdout
    assert worker.stdout.endswith("The run is complete; the chief has its files.\n")
    assert " L_g " not in chief.stdout + worker.stdout


# Mistakes.


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "needs the environment variable TF_CONFIG"),
        ("{", "TF_CONFIG does not describe a cluster"),
        ('{"cluster": {"worker": ["127.0.0.1:1"]}}', "this worker's place"),
        (
            '{"cluster": {"worker": ["127.0.0.1:1"]}, '
            '"task": {"type": "worker", "index": 1}}',
            "this worker's place",
        ),
    ],
)
def test_workers_without_their_names_are_refused(content, word, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if content is not None:
        monkeypatch.setenv("TF_CONFIG", content)
    with pytest.raises(UsageError, match=word):
        make_strategy("multi_worker")


@pytest.mark.slow
def test_an_address_that_is_taken_is_named_in_one_sentence(command_line):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        process = command_line.start(
            *SHORT,
            "--distribute=multi_worker",
            more_environment=environment([address], 0),
        )
        (finished,) = finish([process])
    command_line.assert_one_sentence(finished, "its address in TF_CONFIG")


def test_alone_nothing_is_changed(tmp_path):
    assert make_strategy("none") is None
    with own_folder(None, tmp_path) as folder:
        assert folder == tmp_path
    error = RuntimeError("any")
    with pytest.raises(RuntimeError) as raised, lost_worker_errors(None):
        raise error
    assert raised.value is error
