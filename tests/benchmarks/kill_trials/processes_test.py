import signal

from benchmarks.kill_trials import processes
from benchmarks.kill_trials.processes import Watched


def test_a_process_that_is_gone_when_it_is_killed_has_ended(tmp_path, monkeypatch):
    def start(command, log):
        # The status is known a moment after the process is gone.
        return lambda: 0 if killed else None, 0

    def kill(pid, number):
        killed.append(number)
        raise ProcessLookupError

    killed = []

    monkeypatch.setattr(processes, "_fork", start)
    monkeypatch.setattr(processes.os, "kill", kill)
    process = Watched(["nothing"], tmp_path / "log.txt")
    assert process.end_by(signal.SIGKILL) == 0
