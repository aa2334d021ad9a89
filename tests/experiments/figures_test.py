import json
import re

import numpy as np
import pytest
from PIL import Image

TINY = (
    "--epochs=1",
    "--rows=100",
    "--width=4",
    "--discriminator_width=4",
    "--refinement_steps=2",
    "--crop_offsets=0,8",
    "--noretrain",
    "--deterministic",
)

# Between which the order of sums is open without `--deterministic`.
THREADS = {"TF_NUM_INTRAOP_THREADS": "2"}


@pytest.fixture(scope="module")
def finished(command_line, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shapes") / "run"
    process = command_line.run(
        *TINY, f"--output_dir={folder}", more_environment=THREADS
    )
    assert process.returncode == 0, process.stderr
    return folder, process.stdout


@pytest.mark.slow
def test_a_deterministic_run_of_masks_has_the_same_figures_bit_for_bit(
    finished, command_line, tmp_path
):
    # Two seeds of Python's hashes: that of a new interpreter and that of all forks.
    again = tmp_path / "again"
    flags = (*TINY, "--nofigures", f"--output_dir={again}")
    process = command_line.run(*flags, more_environment=THREADS, fresh=True)
    assert process.returncode == 0, process.stderr
    first, second = (
        json.loads((folder / "result.json").read_text())
        for folder in (finished[0], again)
    )
    for name in ("test", "validation", "selected", "score"):
        assert first[name] == second[name]
    assert "--deterministic" in second["command"].split()


@pytest.mark.slow
def test_the_default_run_is_of_shapes_and_draws_its_refinement(finished):
    folder, screen = finished
    assert "Synthetic shapes, seed 0: LDRSP with what we found" in screen
    drawn = re.findall(r"Drawn: (.+)", screen)
    assert drawn == [str(folder / name) for name in ("refinement.png", "curves.png")]


@pytest.mark.slow
def test_a_segmentation_run_reports_both_readings_of_iou(finished):
    _, screen = finished
    assert "mean IOU  global IOU  pixel accuracy" in screen
    assert "validation mean IOU: G" in screen


@pytest.mark.slow
def test_figures_of_a_finished_run_are_pictures(finished, command_line):
    folder, _ = finished
    process = command_line.run(
        f"--run={folder}", "--each=1", module="experiments.figures"
    )
    assert process.returncode == 0, process.stderr
    paths = process.stdout.split()
    assert [path.rsplit("/", 1)[1] for path in paths] == [
        "refinement.png",
        "curves.png",
    ]
    for path in paths:
        picture = np.asarray(Image.open(path))
        assert picture.shape[0] > 200 and picture.std() > 5.0


@pytest.mark.slow
def test_figures_of_what_is_no_finished_run_are_refused(command_line, tmp_path):
    process = command_line.run(f"--run={tmp_path}", module="experiments.figures")
    assert process.returncode != 0
    assert process.stderr.startswith("error: ")
    assert "no finished run" in process.stderr
    assert "Traceback" not in process.stderr
