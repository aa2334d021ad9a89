import json

import pytest

from benchmarks import kills


def test_a_folder_that_is_not_empty_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as end:
        kills.main(["kills", f"--output_dir={tmp_path}"])
    assert end.value.code == (
        f"error: {tmp_path} is not empty; name a new --output_dir."
    )


@pytest.mark.slow
def test_a_killed_training_is_resumed_and_compared(tmp_path, monkeypatch):
    # The tests' process has imported it already, and keeps its messages.
    monkeypatch.setattr(kills, "quiet_tensorflow", lambda: None)
    output = tmp_path / "kills.json"
    flags = ("--minutes=0", "--only=Refiner.fit", "--seed=1", f"--output={output}")
    kills.main(["kills", *flags, f"--output_dir={tmp_path / 'trials'}"])
    done = json.loads(output.read_text())["kills"]
    assert done and {kill["outcome"] for kill in done} == {"bit for bit"}
    kept = {path.name for path in (tmp_path / "trials" / "Refiner.fit").iterdir()}
    assert kept == {"undisturbed", "logs"}  # None is wrong.
