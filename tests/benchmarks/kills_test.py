import json
import pathlib
import subprocess
import sys

import pytest

_ROOT = pathlib.Path(__file__).parents[2]


def _command(*flags):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", *flags],
        cwd=_ROOT,
        capture_output=True,
        text=True,
    )


def test_a_folder_that_is_not_empty_is_refused(tmp_path):
    (tmp_path / "file").touch()
    process = _command(f"--output_dir={tmp_path}")
    assert process.stderr == (
        f"error: {tmp_path} is not empty; name a new --output_dir.\n"
    )


@pytest.mark.slow
def test_a_killed_training_is_resumed_and_compared(tmp_path):
    output = tmp_path / "kills.json"
    flags = ("--minutes=0", "--only=Refiner.fit", "--seed=1", f"--output={output}")
    process = _command(*flags, f"--output_dir={tmp_path / 'trials'}")
    assert process.returncode == 0, process.stdout + process.stderr
    kills = json.loads(output.read_text())["kills"]
    assert kills and {kill["outcome"] for kill in kills} == {"bit for bit"}
    kept = {path.name for path in (tmp_path / "trials" / "Refiner.fit").iterdir()}
    assert kept == {"undisturbed", "logs"}  # None is wrong.
