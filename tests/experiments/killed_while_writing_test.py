"""A run that is killed in the middle of its writes comes to the same end."""

import json
import pathlib
import signal

import pytest

from tests.experiments import killed_while_writing

FLAGS = (
    "--task=synthetic_tags",
    "--method=baseline",
    "--hidden=8",
    "--epochs=4",
    "--validation_interval=1",
)


def figures(folder: pathlib.Path) -> list[dict]:
    result = json.loads((folder / "result.json").read_text())
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    figures = [{name: result[name] for name in ("test", "validation", "selected")}]
    for line in lines:
        record = json.loads(line)
        del record["seconds"]
        figures.append(record)
    return figures


@pytest.mark.slow
def test_a_run_killed_in_its_writes_ends_like_an_undisturbed_one(
    command_line, tmp_path
):
    folder = tmp_path / "killed"
    for fault, *where in (
        # The first state to go on from, after the best one's.
        ("checkpoint", "500", "2"),
        ("half", "metrics.jsonl", "2"),
        # Between the renames of a checkpoint's two files.
        ("rename", "new.index", "3"),
        ("half", "result.json", "1"),
    ):
        process = command_line.run(
            *(fault, *where, *FLAGS, f"--output_dir={folder}"),
            module=killed_while_writing.__name__,
        )
        end = signal.SIGXFSZ if fault == "checkpoint" else signal.SIGKILL
        assert process.returncode == -end, process.stderr
        assert not (folder / "result.json").exists()
    for path in (folder, tmp_path / "undisturbed"):
        process = command_line.run(*FLAGS, f"--output_dir={path}")
        assert process.returncode == 0, process.stderr
    assert figures(folder) == figures(tmp_path / "undisturbed")
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert not {name for name in left if name.endswith("aside") or "new" in name}
