import json
import pathlib
import re

import numpy as np
import pytest

from experiments.sweep import COMMAND, plan_sweeps
from experiments.tasks.command_line import parse_command_line
from experiments.tasks.recipes import RECIPES
from ldrsp_tf.errors import UsageError
from tests import without_package

pytest.importorskip("optuna")

SWEEP = (
    *("--task=synthetic_tags", "--method=lsgan", "--epochs=2", "--hidden=8"),
    *("--seeds=1", "--widenings=0"),
)


def run_sweep(command_line, *flags):
    return command_line.run(*SWEEP, *flags, module="experiments.sweep")


def content(folder: pathlib.Path) -> dict:
    return json.loads((folder / "sweep.json").read_text())


def printed_overrides(screen: str) -> dict:
    found = {}
    # Sentences on edges may follow.
    exec(screen[screen.index("overrides={") :].partition("\n\n")[0], found)
    return found["overrides"]


def planned(*flags):
    line = parse_command_line(COMMAND, ["sweep", *flags])
    return {sweep.plan.method: sweep for sweep in plan_sweeps(line)}


def test_all_methods_are_those_of_a_single_stage_under_the_same_protocol():
    sweeps = planned("--task=bibtex", "--method=all")
    of_masks = {"chopps", "chopps_location", "dvn_unet"}
    assert set(sweeps) == set(RECIPES) - {"ldrsp_cross", "auto"} - of_masks
    protocols = {
        (sweep.plan.seeds, sweep.plan.sampler, sweep.plan.pruning)
        for sweep in sweeps.values()
    }
    assert protocols == {(2, "tpe", False)}
    assert str(sweeps["gan"].storage) == "sweeps/bibtex/gan/trials.sqlite3"
    (masks,) = planned("--task=weizmann_horse", "--method=gan").values()
    assert (masks.plan.seeds, masks.plan.pruning) == (1, False)
    # Two seeds for tags, unless another number is given.
    for given, seeds in ((), 2), (("--seeds=1",), 1):
        (tags,) = planned("--task=synthetic_tags", "--method=gan", *given).values()
        assert tags.plan.seeds == seeds


@pytest.mark.parametrize("flag", ["--precision=mixed_bfloat16", "--updates=9,10"])
def test_all_methods_are_those_that_read_the_given_settings(flag):
    sweeps = planned("--task=bibtex", "--method=all", flag)
    assert {"gan", "ldrsp_plus"} < set(sweeps)
    assert not {"prlr", "prlr_without_norms"} & set(sweeps)
    with pytest.raises(UsageError, match="and 'prlr' has a fit of its own; leave it"):
        planned("--task=bibtex", "--method=prlr", flag)


@pytest.mark.parametrize(
    ("flags", "classes"),
    [((), 2), (("--classes=3",), 3), (("--class_values=0,1,2",), 3)],
)
def test_all_methods_are_those_of_the_classes_of_the_masks(tmp_path, flags, classes):
    """Whether the user names the classes, or the files alone have them."""
    folders = write_pairs(tmp_path, classes)
    sweeps = planned("--task=image_folder", "--method=all", *folders, *flags)
    of_two = {"chopps", "chopps_location"}
    assert {"gan", "ldrsp_plus"} < set(sweeps)
    assert of_two & set(sweeps) == (of_two if classes == 2 else set())
    if classes == 3:
        # A named one is refused before any search.
        with pytest.raises(UsageError, match="chopps is of masks with 2 classes, and"):
            planned("--task=image_folder", "--method=chopps", *folders, *flags)


def write_pairs(folder, classes):
    """Writes four images and their masks; returns the flags that name the folders."""
    from PIL import Image

    for kind in ("images", "masks"):
        (folder / kind).mkdir()
    for number in range(4):
        image = np.full((16, 16, 3), 40 * number, np.uint8)
        mask = np.arange(16 * 16, dtype=np.uint8).reshape(16, 16) % classes
        Image.fromarray(image).save(folder / "images" / f"{number}.png")
        Image.fromarray(mask).save(folder / "masks" / f"{number}.png")
    return f"--images={folder / 'images'}", f"--masks={folder / 'masks'}"


def test_rates_that_are_held_and_fall_are_refused():
    flags = ("--task=bibtex", "--method=gan", "--held_rate")
    with pytest.raises(UsageError, match="--held_rate lets no learning rate fall"):
        planned(*flags, "--cosine_decay")
    assert planned(*flags, "--nocosine_decay")["gan"].plan.held_rate


def test_named_methods_are_searched_once_and_in_their_order():
    sweeps = planned("--task=bibtex", "--method=ldrsp_cross,gan,ldrsp_cross")
    assert list(sweeps) == ["ldrsp_cross", "gan"]
    of_both = planned("--task=bibtex", "--method=gan,dvn", "--output_dir=x")
    assert [str(sweep.folder) for sweep in of_both.values()] == ["x/gan", "x/dvn"]
    of_one = planned("--task=bibtex", "--method=gan", "--output_dir=x", "--storage=y")
    assert (str(of_one["gan"].folder), str(of_one["gan"].storage)) == ("x", "y")


@pytest.fixture(scope="module")
def finished(command_line, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep") / "new"
    process = command_line.run(
        *SWEEP,
        "--trials=2",
        f"--output_dir={folder}",
        module="experiments.sweep",
        fresh=True,
    )
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    return folder, process.stdout


@pytest.mark.slow
def test_the_best_setting_is_printed_as_a_config_has_it(finished):
    folder, screen = finished
    sweep = content(folder)
    best = max(sweep["trials"], key=lambda trial: trial["value"])
    assert sweep["best"] == best
    # The runs may be longer than the trials.
    given = {"hidden": (8,)}
    assert printed_overrides(screen) == {"lsgan": {**given, **best["settings"]}}
    lines = re.findall(r"^\d/2  validation [\d.]+ \(best: .*", screen, re.M)
    assert ["left" in line for line in lines] == [True, False]


@pytest.mark.slow
def test_the_file_has_every_trial_and_no_test(finished):
    sweep = content(finished[0])
    assert sweep["complete"] is True
    assert [trial["state"] for trial in sweep["trials"]] == ["complete"] * 2
    for trial in sweep["trials"]:
        assert set(trial["settings"]) == set(sweep["plan"]["space"])
        assert 0.0 < trial["value"] < 1.0
    assert sweep["command"] == (
        "python -m experiments.sweep --task=synthetic_tags --method=lsgan --trials=2 "
        "--widenings=0 --seed=0 --seeds=1 --sampler=tpe --pruning=False "
        "--held_rate=False --epochs=2 --hidden=8"
    )
    assert sweep["versions"]["optuna"] and sweep["data"]
    assert "test" not in sweep
    assert not list(finished[0].rglob("result.json"))


@pytest.mark.slow
def test_more_trials_add_to_those_there(finished, command_line):
    folder, _ = finished
    before = content(folder)["trials"]
    process = run_sweep(command_line, "--trials=3", f"--output_dir={folder}")
    assert process.returncode == 0, process.stderr
    trials = content(folder)["trials"]
    assert trials[:2] == before
    assert [trial["state"] for trial in trials] == ["complete"] * 3
    assert "Best of 3" in process.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--method=ldrsp", "--width=3"), "--width is not a setting"),
        (("--epochs=3",), "another sweep (it differs in fixed)"),
        (("--method=all", "--storage=x"), "leave it out"),
        (("--method=lsgan,cats",), "one of"),
    ],
)
def test_a_mistake_is_one_sentence(finished, command_line, flags, words):
    process = run_sweep(command_line, *flags, f"--output_dir={finished[0]}")
    assert process.returncode == 1
    assert process.stderr.startswith("error: ") and words in process.stderr
    assert process.stderr.count("\n") == 1


@pytest.mark.slow
def test_without_optuna_it_is_told_how_to_get_it(command_line, tmp_path):
    flags = ("optuna", "experiments.sweep", *SWEEP)
    process = command_line.run(
        *flags, f"--output_dir={tmp_path / 'sweep'}", module=without_package.__name__
    )
    assert process.returncode == 1
    assert process.stderr == (
        "error: A sweep needs Optuna; install it by pip install -e '.[sweep]'.\n"
    )


@pytest.mark.slow
def test_several_methods_are_searched_one_after_the_other_and_kept(
    command_line, tmp_path
):
    """Two processes share the trials of both; ranges are widened on the way."""
    flags = (
        *("--task=synthetic_tags", "--method=nn_baseline,baseline", "--epochs=1"),
        *("--hidden=8", "--trials=2", "--widenings=1", "--seeds=1", "--jobs=2"),
        *(f"--output_dir={tmp_path / 'new'}", f"--record={tmp_path / 'kept'}"),
    )
    process = command_line.run(*flags, module="experiments.sweep")
    assert (process.returncode, process.stderr) == (0, "")
    for method in ("nn_baseline", "baseline"):
        sweep = content(tmp_path / "new" / method)
        assert sweep["complete"] is True
        assert sweep["plan"]["seeds"] == 1
        assert len(sweep["widenings"]) == 1
        assert len(sweep["trials"]) == 3
        kept = json.loads(
            (tmp_path / "kept/synthetic_tags" / f"{method}.json").read_text()
        )
        assert kept["plan"] == sweep["plan"]
        assert kept["best"]["settings"] == sweep["best"]["settings"]
        assert f'"{method}": {{' in process.stdout
    # The same command has nothing left to do.
    before = content(tmp_path / "new" / "baseline")["trials"]
    again = command_line.run(*flags, "--jobs=1", module="experiments.sweep")
    assert (again.returncode, again.stderr) == (0, "")
    assert content(tmp_path / "new" / "baseline")["trials"] == before
