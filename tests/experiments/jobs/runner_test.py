import pathlib
import re
import subprocess
import sys
import time

import pytest

from experiments.jobs.process import LOG, Job
from experiments.jobs.runner import run_jobs, seconds_left
from ldrsp_tf.errors import UsageError
from ldrsp_tf.training.folder_lock import claim_folder

ROOT = pathlib.Path(__file__).parents[3]


@pytest.fixture
def job(tmp_path):
    def make(name: str, code: str) -> Job:
        return Job(name, (sys.executable, "-c", code), tmp_path / name)

    return make


def run(jobs, at_once=1, collect=lambda job: None):
    lines = []
    return run_jobs(jobs, at_once, collect, lines.append), lines


def test_every_job_has_a_line_when_it_starts_and_when_it_ends(job):
    collected = []
    jobs = [job("a", "print('said')"), job("b", "pass")]
    failures, lines = run(jobs, collect=lambda job: collected.append(job.name))
    assert failures == []
    assert collected == ["a", "b"]
    assert (jobs[0].folder / LOG).read_text() == "said\n"
    shown = [re.sub(r"\d+:\d+", "TIME", line) for line in lines]
    assert shown == [
        "[1/2] started   a",
        "[1/2] finished  a in TIME; about TIME left",
        "[2/2] started   b",
        "[2/2] finished  b in TIME",
    ]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "import sys; print('epoch 1'); sys.exit('error: It diverged.')",
            "It diverged.",
        ),
        ("raise RuntimeError('no')", "RuntimeError: no"),
        ("import sys; sys.exit(3)", "ended with status 3"),
        ("import os; os.kill(os.getpid(), 9)", "ended by SIGKILL"),
    ],
)
def test_a_failure_is_reported_in_a_sentence_and_leaves_the_others_alone(
    job, code, reason
):
    jobs = [job("bad", code), job("good", "pass")]
    jobs[0].folder.mkdir()
    (jobs[0].folder / LOG).write_text("error: of an earlier attempt\n")
    (failure,), lines = run(jobs)
    assert failure.job.name == "bad"
    assert failure.reason == f"{reason} (its log: {jobs[0].folder / LOG})"
    assert f"[1/2] failed    bad: {failure.reason}" in lines
    assert any(line.startswith("[2/2] finished  good") for line in lines)


def test_an_outcome_that_cannot_be_collected_is_a_failure(job):
    def collect(job):
        raise UsageError("nothing there")

    (failure,), _ = run([job("a", "pass")], collect=collect)
    assert failure.reason == "nothing there"


def test_jobs_run_side_by_side(job, tmp_path):
    # Each waits for the other: one at a time, neither would end.
    code = (
        "import pathlib, time\n"
        "pathlib.Path({own!r}).touch()\n"
        "while not pathlib.Path({other!r}).exists(): time.sleep(0.01)"
    )
    first, second = str(tmp_path / "1"), str(tmp_path / "2")
    jobs = [
        job("a", code.format(own=first, other=second)),
        job("b", code.format(own=second, other=first)),
    ]
    failures, lines = run(jobs, at_once=2)
    assert failures == []
    assert [line.split()[1] for line in lines[:2]] == ["started", "started"]


def test_a_job_waits_for_another_process_in_its_folder(job):
    busy, other = job("a", "pass"), job("b", "pass")
    lock, lines, started = claim_folder(busy.folder), [], []

    def report(line):
        lines.append(re.sub(r"\d+:\d+", "TIME", line))
        if line.startswith("[2/2] finished"):
            started.append((busy.folder / LOG).exists())
            lock.close()

    assert run_jobs([busy, other], 1, lambda job: None, report) == []
    assert started == [False]
    assert lines == [
        f"[1/2] waits     a: another process is at work in {busy.folder}",
        "[2/2] started   b",
        "[2/2] finished  b in TIME; about TIME left",
        "[1/2] started   a",
        "[1/2] finished  a in TIME",
    ]


def test_an_interruption_ends_the_jobs_that_run(tmp_path):
    folder = tmp_path / "job"
    code = (
        "import pathlib, sys\n"
        "from experiments.jobs.process import Job\n"
        "from experiments.jobs.runner import run_jobs\n"
        "wait = 'import time; print(1, flush=True); time.sleep(600)'\n"
        f"job = Job('a', (sys.executable, '-c', wait), pathlib.Path({str(folder)!r}))\n"
        "try:\n"
        "    run_jobs([job], 1, print, lambda line: None)\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(7)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    while not ((folder / LOG).exists() and (folder / LOG).read_text()):
        assert process.poll() is None
        time.sleep(0.01)
    process.terminate()
    assert process.wait() == 7
    # The job held this lock: it has ended.
    claim_folder(folder).close()


def test_the_time_left_is_that_of_jobs_like_those_that_ended():
    assert seconds_left([10.0, 20.0], left=4, at_once=2) == 30.0
    assert seconds_left([10.0, 20.0], left=1, at_once=2) == 15.0
