import json
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from experiments.jobs.cores import shared_environment
from experiments.jobs.process import LOG, Job
from experiments.jobs.runner import run_jobs
from ldrsp_tf.training.folder_lock import claim_folder

pytest.importorskip("ray")
from experiments.jobs.ray_runner import RayWorkers

ROOT = pathlib.Path(__file__).parents[3]

# A run that ends its worker after an epoch, unless it was begun before.
RUN = """
import os, pathlib, runpy, signal, sys
from experiments.cli.startup import quiet_tensorflow
quiet_tensorflow(find_devices=False)
from experiments.runs.display import Display

# Now: the parent of a process whose own has died is another, such as the test's.
worker = os.getppid()
folder = pathlib.Path(sys.argv[-1].removeprefix("--output_dir="))
if "killed" in folder.name and not (folder / "metrics.jsonl").exists():
    progress = Display.progress

    def kill(self, record):
        progress(self, record)
        if record["epoch"] == 1:
            os.kill(worker, signal.SIGKILL)
            signal.pause()

    Display.progress = kill
runpy.run_module("experiments.run", run_name="__main__", alter_sys=True)
"""
FLAGS = (
    *("--task=synthetic_tags", "--method=baseline", "--hidden=8"),
    *("--epochs=2", "--validation_interval=1"),
)

pytestmark = pytest.mark.slow


@pytest.fixture
def on_ray(cluster):
    def run(jobs, collect=lambda job: None):
        lines = []
        failures = run_jobs(jobs, 2, collect, lines.append, RayWorkers(cluster))
        return failures, lines

    return run


@pytest.fixture
def job(tmp_path):
    def make(name: str, code: str) -> Job:
        return Job(name, (sys.executable, "-c", code), tmp_path / name)

    return make


def run_of(folder: pathlib.Path, code: str = RUN) -> Job:
    command = (sys.executable, "-c", code, *FLAGS, f"--output_dir={folder}")
    return Job(folder.name, command, folder)


def figures(folder: pathlib.Path) -> dict:
    result = json.loads((folder / "result.json").read_text())
    del result["seconds"], result["peak_memory_bytes"]
    return result


def epochs(folder: pathlib.Path) -> list[tuple[str, int]]:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [(r["phase"], r["epoch"]) for r in map(json.loads, lines)]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a killed worker's run goes on")
def test_a_run_is_that_of_a_local_process_even_if_its_worker_is_killed(
    on_ray, command_line, tmp_path
):
    local, killed = (tmp_path / name for name in ("local", "killed"))
    process = command_line.run(
        *(*FLAGS, f"--output_dir={local}"), more_environment=shared_environment(2)
    )
    assert process.returncode == 0, process.stderr
    failures, lines = on_ray([run_of(killed)])
    assert failures == []
    assert [line.split()[1] for line in lines] == ["started", "finished"]
    assert figures(killed) == figures(local)
    # Two attempts, of which the second one went on from the first one's checkpoint.
    assert (killed / LOG).read_text().count("training rows") == 2
    assert process.stdout.count("training rows") == 1
    assert (killed / LOG).read_text().count("selection   1/2") == 1
    assert epochs(killed) == epochs(local)


@pytest.mark.parametrize(
    ("code", "attempts", "reason"),
    [
        ("raise SystemExit('error: There is no such file.')", 1, "There is no such"),
        ("raise RuntimeError('never')", 4, "RuntimeError: never"),
    ],
)
def test_a_mistake_is_reported_at_once_and_a_crash_after_some_attempts(
    on_ray, job, tmp_path, code, attempts, reason
):
    path = tmp_path / "attempts"
    bad = job("bad", f"open({str(path)!r}, 'a').write('x')\n{code}")
    (failure,), lines = on_ray([bad, job("good", "pass")])
    assert failure.job == bad
    assert failure.reason.startswith(reason)
    assert failure.reason.endswith(f"(its log: {bad.folder / LOG})")
    assert path.read_text() == "x" * attempts
    assert any("finished  good" in line for line in lines)


def test_a_folder_where_another_process_works_is_left_to_it(cluster, job):
    busy = job("a", "raise SystemExit('must not start')")
    with claim_folder(busy.folder):
        assert RayWorkers(cluster).start(busy) is None
    assert not (busy.folder / LOG).exists()


@pytest.mark.slow
def test_an_interruption_ends_the_jobs_that_run(cluster_address, tmp_path):
    folder = tmp_path / "job"
    code = (
        "import pathlib, sys\n"
        "from experiments.jobs.process import Job\n"
        "from experiments.jobs.runner import run_jobs\n"
        "from experiments.jobs.ray_cluster import RayCluster\n"
        "from experiments.jobs.ray_runner import RayWorkers\n"
        "wait = 'import time; print(1, flush=True); time.sleep(600)'\n"
        f"job = Job('a', (sys.executable, '-c', wait), pathlib.Path({str(folder)!r}))\n"
        f"with RayCluster({cluster_address!r}, 2) as cluster:\n"
        "    try:\n"
        "        run_jobs([job], 2, print, print, RayWorkers(cluster))\n"
        "    except KeyboardInterrupt:\n"
        "        sys.exit(7)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    end = time.monotonic() + 120
    while not ((folder / LOG).exists() and (folder / LOG).read_text()):
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 7
    # The job held this lock: it has ended.
    claim_folder(folder).close()


@pytest.mark.slow
def test_a_table_is_filled_on_ray(command_line_on_ray, cluster_address, tmp_path):
    # Data that is nowhere fails in every run, and at once.
    shown = command_line_on_ray.run(
        *("--run_missing", "--table=1", "--tasks=bibtex", "--seeds=1", "--jobs=2"),
        *("--methods=gan", f"--ray_address={cluster_address}"),
        f"--runs={tmp_path / 'runs'}",
        f"--results={tmp_path / 'results'}",
        f"--manual_dir={tmp_path / 'nowhere'}",
        f"--data_dir={tmp_path / 'data'}",
        module="experiments.tables",
    )
    assert shown.returncode == 1
    assert shown.stdout.startswith("### Table 1, Bibtex")
    first, started, failed, head, reason = shown.stderr.splitlines()
    assert first.startswith("1 run is missing; 2 at a time")
    assert (started.split()[1], failed.split()[1]) == ("started", "failed")
    assert head == "error: These runs failed:"
    assert reason.startswith("  bibtex/gan/seed0: ") and "nowhere" in reason
