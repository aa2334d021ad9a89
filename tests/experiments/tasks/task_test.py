import contextlib
import dataclasses
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from datasets.loading import DATA_SETS, LoadedData
from experiments.cli.flag import GROUPS
from experiments.cli.setting_flags import given_settings, setting_flags
from experiments.cli.setting_tree import leaves
from experiments.run import COMMAND
from experiments.runs.budgets import Budgets
from experiments.search.widening import Budget
from experiments.summaries.result_table import METRICS
from experiments.tasks import mulan, synthetic
from experiments.tasks.command_line import CONFIGS, parse_command_line
from experiments.tasks.first_stage import first_stage
from experiments.tasks.mask_config import MaskConfig
from experiments.tasks.recipes import RECIPES
from experiments.tasks.superpixels import OFFICIAL, PROXY, superpixel_metrics
from experiments.tasks.task import TASKS, MethodVariant, get_task, prepared_data
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import OURS, PAPER, Domain

# The loaders of tasks whose data TFDS prepares.
_PREPARED = (prepared_data, mulan.load, synthetic.load_tags, synthetic.load_shapes)

MASK_TASKS = [name for name in TASKS if issubclass(get_task(name).config, MaskConfig)]


@pytest.mark.parametrize("name", TASKS)
def test_a_task_configures_every_method(name):
    task = get_task(name)
    assert task.name == name
    assert (name in DATA_SETS) == (task.load in _PREPARED)
    assert set(task.overrides) <= set(RECIPES)
    for method, recipe in RECIPES.items():
        if recipe.fit is None and recipe.family in (None, task.config.FAMILY):
            config = task.configure(method, {"seed": 3})
            assert (config.task, config.method, config.seed) == (name, method, 3)


@pytest.mark.parametrize("name", TASKS)
def test_a_fit_of_its_own_is_configured_by_the_tasks_that_it_is_of(name):
    task, configured = get_task(name), set()
    for method, recipe in RECIPES.items():
        if recipe.fit is not None:
            with contextlib.suppress(UsageError):
                configured.add(task.configure(method, {}).method)
    of_tags = {"prlr", "prlr_without_norms"}
    of_masks = set() if name == "lfw_parts" else {"chopps", "chopps_location"}
    assert configured == (of_masks if hasattr(task.config, "classes") else of_tags)


@pytest.mark.parametrize("name", TASKS)
def test_every_setting_says_what_it_is_and_who_chose_it(name):
    config = get_task(name).config
    assert config in CONFIGS
    for leaf in leaves(config):
        if leaf.name not in ("task", "method"):
            assert leaf.field.metadata["help"]
            assert leaf.field.metadata["source"] in (PAPER, OURS)
            assert leaf.group in GROUPS
            assert leaf.field.default in Domain.of(leaf.field)


@pytest.mark.parametrize("name", TASKS)
def test_the_papers_figures_have_a_metric_that_a_table_shows(name):
    task = get_task(name)
    if task.paper:
        assert task.paper_metric in METRICS
    else:
        assert task.paper_metric is None


def test_a_task_has_no_further_metrics_unless_it_says_so():
    data = LoadedData("synthetic_tags", {}, {}, 0.0)
    further = get_task("synthetic_tags").further_metrics(data, None, None)
    assert further.measure(np.zeros((2, 3))) == {}
    assert further.notes == ()
    assert not further.checksums and not further.versions


def test_faces_have_the_superpixel_accuracy():
    task = get_task("lfw_parts")
    assert task.further_metrics is superpixel_metrics
    assert task.paper["ldrsp"] == {"generator": 95.87, "refined": 96.47}
    assert {OFFICIAL, PROXY} < set(METRICS)
    assert (task.paper_metric, OFFICIAL) == ("superpixel_accuracy",) * 2
    assert PROXY == "superpixel_accuracy_slic"


def test_what_the_user_gives_wins_over_method_and_task():
    task = dataclasses.replace(
        get_task("synthetic_tags"),
        settings={"epochs": 1, "batch_size": 1, "seed": 1},
        overrides={"ldrsp": {"batch_size": 2, "seed": 2}},
    )
    config = task.configure("ldrsp", {"seed": 3})
    assert (config.epochs, config.training.batch_size, config.seed) == (1, 2, 3)
    assert task.configure("baseline", {}).training.batch_size == 1


def test_settings_of_other_networks_stand_between_the_tasks_and_the_users():
    task = get_task("weizmann_horse")
    usual = task.configure("ldrsp", {"epochs": 3})
    other = task.configure("ldrsp", {"generator": "unet", "epochs": 3})
    assert (usual.width, other.width) == (64, 16)
    assert other.epochs == 3
    assert task.configure("ldrsp", {"generator": "unet", "width": 5}).width == 5


def test_a_method_may_have_settings_of_its_own_with_other_networks():
    task = get_task("weizmann_horse")
    cross = task.configure("ldrsp_cross", {"generator": "unet"})
    plus = task.configure("ldrsp_plus", {"generator": "unet"})
    assert (plus.epochs, cross.epochs) == (200, 40)
    assert cross.width == plus.width == 16
    stage = first_stage(task, cross, 0)
    assert (stage.epochs, stage.training.generator_learning_rate) == (600, 0.005)
    assert stage.rotation == cross.rotation == 10.0
    assert not (stage.folds or stage.refit)


@pytest.mark.parametrize(
    ("method", "differing"),
    [
        # A method's own settings hold for any networks.
        ("wgan_gp", {"width", "generator_learning_rate", "mirror_averaging", "epochs"}),
        ("dvn", {"width", "generator_learning_rate", "mirror_averaging"}),
        ("ldrsp_cross", {"width", "generator_learning_rate"}),
        # One rule for all data, but for the network of G.
        ("auto", {"width", "generator_learning_rate"}),
    ],
)
def test_settings_of_other_networks_stand_below_those_of_a_method(method, differing):
    task, of_all = get_task("weizmann_horse"), MethodVariant(None, "unet")
    task = dataclasses.replace(task, variants={of_all: task.variants[of_all]})
    usual = task.configure(method, {}).as_dict()
    other = task.configure(method, {"generator": "unet"}).as_dict()
    found = {name for name in usual if usual[name] != other[name]}
    assert found == {"generator", *differing}
    assert (other["width"], other["generator_learning_rate"]) == (16, 0.005)


@pytest.mark.parametrize("name", MASK_TASKS)
@pytest.mark.parametrize("networks", [{}, {"generator": "unet"}])
def test_masks_have_rates_at_which_d_learns_and_keeps_its_pretraining(name, networks):
    for method in ("ldrsp_cross", "auto"):
        config = get_task(name).configure(method, networks)
        assert config.pretraining_epochs
        assert config.pretraining_learning_rate == 0.005
        assert config.training.discriminator_learning_rate == 0.0015


@pytest.mark.parametrize("name", ["synthetic_shapes", "image_folder"])
@pytest.mark.parametrize("method", ["dvn", "dvn_unet"])
def test_made_and_own_masks_train_dvn_for_the_tasks_own_epochs(name, method):
    task = get_task(name)
    dvn, other = (task.configure(name, {}) for name in (method, "ldrsp"))
    assert dvn.epochs == other.epochs
    assert dvn.validation_interval == other.validation_interval
    assert max(dvn.grid.steps) <= 2 * dvn.training.sampling.chain_length
    assert get_task("weizmann_horse").configure("dvn", {}).epochs == 1200


def test_a_run_lies_by_its_task_method_networks_and_seed():
    task = get_task("weizmann_horse")
    usual = task.configure("ldrsp", {"seed": 2})
    other = task.configure("ldrsp", {"seed": 2, "generator": "unet"})
    assert str(task.run_folder(usual)) == "weizmann_horse/ldrsp/seed2"
    assert str(task.run_folder(other)) == "weizmann_horse/ldrsp-unet/seed2"


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(UsageError, match=r"'cats'.*synthetic_tags, bibtex"):
        get_task("cats")
    with pytest.raises(UsageError, match=r"--width is not a setting of task 'bibtex'"):
        get_task("bibtex").configure("ldrsp", {"width": 3})


def test_the_horses_screen_shows_the_papers_mean_iou():
    paper = get_task("weizmann_horse").paper
    assert paper["ldrsp"] == {"generator": 81.3, "refined": 85.5}
    assert paper["baseline"] == {"generator": 78.56}


def test_bookmarks_has_the_papers_discriminator_and_figures():
    task = get_task("bookmarks")
    assert task.configure("ldrsp", {}).discriminator_hidden == (150, 150)
    assert task.paper["ldrsp"] == {"generator": 37.2, "refined": 38.3}


RECORDS = pathlib.Path(__file__).parents[3] / "results" / "sweeps"
SWEEPS = sorted(RECORDS.rglob("*.json"))


@pytest.mark.parametrize(
    "path", SWEEPS, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_a_method_has_the_settings_that_its_sweep_found(path):
    sweep = json.loads(path.read_text())
    task = path.parent.relative_to(RECORDS).as_posix()
    assert (sweep["task"], sweep["method"]) == (task, path.stem)
    config = get_task(sweep["task"]).configure(sweep["method"], {}).as_dict()
    found = sweep["best"]["settings"]
    assert {name: config[name] for name in found} == found


def test_the_sweeps_of_a_task_have_the_same_budget():
    """Those of one protocol: the searches of before are not done anew all at once."""
    budgets = {}
    for path in SWEEPS:
        sweep = json.loads(path.read_text())
        number = sum(trial["state"] != "interrupted" for trial in sweep["trials"])
        # Older sweeps never widened a range.
        budget = Budget(**sweep.get("budget", {"trials": number}))
        assert number == budget.total(len(sweep.get("widenings", [])))
        shared = (budget, sweep["plan"]["seeds"], sweep["plan"]["pruning"])
        budgets.setdefault((sweep["task"], "budget" in sweep), set()).add(shared)
    assert budgets
    assert all(len(found) == 1 for found in budgets.values())


@pytest.mark.parametrize("name", TASKS)
def test_a_stock_recipe_has_the_same_settings_on_every_task_of_a_family(name):
    task = get_task(name)
    stock = task.config.STOCK["auto"]
    config = task.configure("auto", {})
    settings = config.as_dict()
    assert config.late_refit and config.retrain
    for setting, value in stock.items():
        value = list(value) if isinstance(value, tuple) else value
        assert settings[setting] == value, setting


@pytest.mark.parametrize("name", TASKS)
def test_data_of_a_users_own_has_the_method_that_decides(name):
    of_users = name in ("arff", "image_folder") or name.startswith("mulan/")
    method = "auto" if of_users else "ldrsp_plus"
    assert get_task(name).default_method == method
    assert parse_command_line(COMMAND, ["run", f"--task={name}"]).method == method


@pytest.mark.parametrize(
    ("epochs", "bounds"),
    [
        ("epochs", "updates"),
        ("first_epochs", "first_updates"),
        ("pretraining_epochs", "pretraining_updates"),
    ],
)
def test_a_given_number_of_epochs_is_not_bounded_by_the_methods_updates(epochs, bounds):
    task = get_task("synthetic_tags")
    usual = task.config.STOCK["auto"][bounds]
    assert getattr(task.configure("auto", {}), bounds) == usual != ()
    assert getattr(task.configure("auto", {epochs: 2}), bounds) == ()
    both = task.configure("auto", {epochs: 2, bounds: (1, 9)})
    assert getattr(both, bounds) == (1, 9)


def test_a_given_interval_of_validations_does_not_change_with_bounded_epochs():
    task = get_task("synthetic_tags")
    usual = task.configure("auto", {})
    # Even where it is the method's own.
    given = {"validation_interval": usual.validation_interval}
    for config, interval in (usual, 9), (task.configure("auto", given), 3):
        assert config.updates == (900, 3000)
        assert Budgets.of(config, updates=10).validation_interval == interval


@pytest.mark.parametrize("name", ["bibtex", "delicious", "weizmann_horse", "lfw_parts"])
@pytest.mark.parametrize(
    ("grid", "single", "candidates"),
    [
        ("step_size_grid", "step_size", (0.5, 1.5)),
        ("refinement_steps_grid", "refinement_steps", (3, 4)),
    ],
)
def test_a_given_grid_of_candidates_holds_for_every_method(
    name, grid, single, candidates
):
    task, only = get_task(name), candidates[0]
    for method, recipe in RECIPES.items():
        if recipe.fit is not None or recipe.family not in (None, task.config.FAMILY):
            continue
        found = task.configure(method, {grid: candidates}).refinement_grid()
        assert candidates in (found.step_sizes, found.steps), method
        # The value alone, as its help says.
        both = task.configure(method, {grid: candidates, single: only})
        assert getattr(both, single) == only, method
        narrowed = both.refinement_grid()
        assert (only,) in (narrowed.step_sizes, narrowed.steps), method


def test_the_method_that_the_user_names_wins():
    line = parse_command_line(COMMAND, ["run", "--task=arff", "--method=ldrsp_plus"])
    assert line.method == line.flags.method == "ldrsp_plus"


RESULTS = sorted(pathlib.Path(__file__).parents[3].glob("results/**/result.json"))


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: "-".join(path.parts[-4:-1]))
def test_a_committed_result_has_the_settings_of_today(path):
    result = json.loads(path.read_text())
    task = get_task(result["task"])
    written = result["config"]
    # A run that is older than a setting has its default.
    config = task.config.from_flat(written)
    assert config.as_dict() == {**task.config.defaults(), **written}
    # It was run with the settings of its command.
    flags = dict(
        flag.removeprefix("--").split("=", 1)
        for flag in result["command"].split()
        if flag.startswith("--") and "=" in flag
    )
    parsed = COMMAND.parse(
        ["run", *(f"--{name}={value}" for name, value in flags.items())],
        setting_flags(task.config, CONFIGS),
    )
    given = given_settings(parsed, setting_flags(task.config, CONFIGS))
    today = task.configure(result["method"], given).as_dict()
    free = {"figures", "controls", "ensemble"}
    differing = {name for name in written if written[name] != today[name]} - free
    assert differing == set()


def test_tasks_are_listed_without_tensorflow():
    code = f"""
import sys
from experiments.tasks.task import get_task
for name in {TASKS}:
    get_task(name).configure("ldrsp", {{}})
print(sorted({{"tensorflow", "keras"}} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_family_is_the_module_of_its_networks():
    from experiments.tasks import masks, tags

    assert get_task("arff").family is tags
    assert get_task("image_folder").family is masks
