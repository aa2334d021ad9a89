import os
import subprocess
import sys

from experiments.jobs import process
from experiments.jobs.process import Job, JobProcess
from ldrsp_tf.training.folder_lock import claim_folder


def test_the_reason_of_a_failure_is_found_however_fast_the_process_is(
    tmp_path, monkeypatch
):
    start = subprocess.Popen

    def start_and_wait(*arguments, **options):
        started = start(*arguments, **options)
        started.wait()
        return started

    monkeypatch.setattr(process.subprocess, "Popen", start_and_wait)
    code = "raise RuntimeError('never')"
    for _ in range(2):  # The second attempt goes on with the first one's log.
        job = Job("bad", (sys.executable, "-c", code), tmp_path / "bad")
        with claim_folder(job.folder) as lock:
            ended = JobProcess(job, dict(os.environ), lock.fileno())
            assert ended.ended()
            assert ended.failure().startswith("RuntimeError: never")
