import pathlib
import random

import pytest

from benchmarks.kill_trials import writings
from benchmarks.kill_trials.kill import NEW, OLD, WRONG
from benchmarks.kill_trials.writings import Writing, WritingTrials

_WRITING = Writing("copy", ("old",), ("new",), "file", "", pathlib.Path.read_text)


class Process:
    """A writing that is over at once, or is killed before or after it has written."""

    is_killed = False
    content_at_end = None

    def __init__(self, command, log):
        content, path = command
        self.status = -9 if self.is_killed else 0
        if self.content_at_end is not None:
            content = self.content_at_end
        if content:
            pathlib.Path(path).write_text(content)

    def wait_until(self, condition):
        return self.is_killed

    def wait(self):
        return self.status

    def end_by(self, number):
        return self.status

    def complaint(self, sent):
        return None


@pytest.fixture
def trials(tmp_path, monkeypatch):
    monkeypatch.setattr(writings, "Watched", Process)
    return WritingTrials(_WRITING, tmp_path, random.Random(0))


def outcomes(trials, monkeypatch, is_killed, content_at_end):
    monkeypatch.setattr(Process, "is_killed", is_killed)
    monkeypatch.setattr(Process, "content_at_end", content_at_end)
    return [kill.outcome for kill in trials.run()]


@pytest.mark.parametrize(
    ("content", "outcome"), [("", OLD), ("new", NEW), ("half", WRONG)]
)
def test_a_killed_writing_is_counted_by_its_output(
    trials, monkeypatch, content, outcome
):
    assert outcomes(trials, monkeypatch, True, content) == [outcome]
    assert trials.kills.total() == 1


def test_a_writing_that_ends_before_it_is_killed_is_no_kill(trials, monkeypatch):
    assert outcomes(trials, monkeypatch, False, "new") == []
    assert trials.kills.total() == 0


def test_a_writing_that_ends_without_its_output_is_wrong_and_kept(
    trials, monkeypatch, tmp_path
):
    for _ in range(2):
        assert outcomes(trials, monkeypatch, False, "") == [WRONG]
    assert [(tmp_path / f"wrong{n}" / "file").read_text() for n in (1, 2)] == [
        "old"
    ] * 2
