import copy
import json
import pathlib

import pytest

from experiments.reports.formats import markdown
from experiments.reports.layouts import layout_of
from experiments.reports.rows import build_table
from experiments.summaries.collection import load_results
from experiments.summaries.result_check import require_result
from experiments.summaries.result_table import result_table, selection_line
from ldrsp_tf.errors import UsageError

_RESULTS = pathlib.Path(__file__).parents[3] / "results"
_PATH = pathlib.Path("result.json")
_NEEDED = ("selected", "config", "command")


@pytest.fixture(scope="module")
def whole():
    """The result of a run with controls and a trajectory."""
    path = _RESULTS / "bibtex" / "ldrsp_cross" / "seed0" / "result.json"
    return json.loads(path.read_text())


def _changed(result, place, value):
    result = copy.deepcopy(result)
    *parents, name = place.split(".")
    part = result
    for parent in parents:
        part = part[parent]
    if value is None:
        del part[name]
    else:
        part[name] = value
    return result


@pytest.mark.parametrize(
    "path", sorted(_RESULTS.glob("*/*/seed0/result.json")), ids=lambda p: p.parts[-3]
)
def test_every_result_of_a_run_is_one(path):
    require_result(path, json.loads(path.read_text()), *_NEEDED)


_NAN, _INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("task", 3, "task is 3, not a name"),
        ("seed", True, "seed is True, not a whole number from 0"),
        ("seed", "0", "seed is '0', not a whole number"),
        ("seed", None, "seed is missing"),
        ("complete", 1, "complete is 1, not true or false"),
        ("test", None, "test is missing"),
        ("test", [], r"test is \[\], not an object"),
        ("test.generator", 0.5, "test.generator is 0.5, not an object"),
        ("test.refined.f1", _NAN, "test.refined.f1 is nan, not a number"),
        ("test.refined.f1", _INFINITE, "test.refined.f1 is inf, not a number"),
        ("test.refined.f1", "47.0", "test.refined.f1 is '47.0', not a number"),
        ("test.refined.f1", True, "test.refined.f1 is True, not a number"),
        ("validation", 1, "validation is 1, not an object"),
        ("controls.own.f1", "good", "controls.own.f1 is 'good', not a number"),
        ("walk.metric", [0.5], "the lists of walk have different lengths"),
        ("walk.score", None, "walk.score is missing"),
        ("walk.score", "0.5", "walk.score is '0.5', not a list"),
        ("walk.steps", [], r"walk.steps is \[\], not a list of at least 1"),
        ("score.refined_mean", None, "score.refined_mean is missing"),
        ("score.gradient_norm", "x" * 99, r"score.gradient_norm is 'x{39}\.\.\., not"),
        ("selected", None, "selected is missing"),
        ("selected.epochs", 0, "selected.epochs is 0, not a whole number from 1"),
        ("selected.epochs", 2.5, "selected.epochs is 2.5, not a whole number from 1"),
        ("selected.step_size", None, "selected.step_size is missing"),
        ("selected.step_size", _NAN, "selected.step_size is nan, not a number"),
        ("selected.refinement_steps", -1, "selected.refinement_steps is -1, not a"),
        ("selected.calibration", [], r"selected.calibration is \[\], not an object"),
        (
            "selected.calibration.refined.threshold",
            "a",
            "selected.calibration.refined.thr",
        ),
        ("batch_shapes.x", [32], "batch_shapes.x is .32., not a list of at least 2"),
        ("batch_shapes.y", [32, 0], r"batch_shapes.y\[1\] is 0, not a whole number"),
        ("batch_shapes", {"x": [1, 1]}, "batch_shapes.y is missing"),
        ("notes", "a note", "notes is 'a note', not a list"),
        ("config", "none", "config is 'none', not an object"),
        ("config", None, "config is missing"),
        ("command", 7, "command is 7, not a command"),
    ],
)
def test_a_fault_is_named_in_one_sentence(whole, place, value, fault):
    with pytest.raises(UsageError, match=rf"result.json is not .*\({fault}") as error:
        require_result(_PATH, _changed(whole, place, value), *_NEEDED)
    assert "\n" not in str(error.value)


@pytest.fixture(scope="module")
def decided(whole):
    """The result of a run that decides."""
    candidates = [
        {
            **{"output": output, "decoder": "plugin", "metric": metric},
            **{"gain": gain, "error": 0.01, "is_taken": metric > 0.4},
        }
        for output, metric, gain in (("generator", 0.5, 0.5), ("average", 0.4, -0.1))
    ]
    decision = {
        **{"output": "generator", "decoder": "plugin", "metric": 0.5},
        **{"metric_name": "f1", "sentence": "G's outputs are taken."},
        "compared": candidates,
    }
    return {**whole, "selected": {**whole["selected"], "decision": decision}}


def _with_candidate(decided, name, value):
    decided = copy.deepcopy(decided)
    candidate = decided["selected"]["decision"]["compared"][1]
    if value is None:
        del candidate[name]
    else:
        candidate[name] = value
    return decided


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(
            (name, "a text")
            for name in ("output", "decoder", "metric_name", "sentence")
        ),
        *(("metric", "a number"), ("compared", "a list of at least 1")),
    ],
)
def test_every_part_of_a_decision_is_checked(decided, name, kind):
    require_result(_PATH, decided, *_NEEDED)
    place = f"selected.decision.{name}"
    for value in (None, True, [], {}):
        fault = (
            f"{place} is missing" if value is None else rf"{place} is .*, not {kind}"
        )
        with pytest.raises(UsageError, match=fault):
            require_result(_PATH, _changed(decided, place, value), *_NEEDED)


@pytest.mark.parametrize(
    ("name", "kind", "wrong"),
    [
        *((name, "a text", 1) for name in ("output", "decoder")),
        *((name, "a number", _NAN) for name in ("metric", "gain", "error")),
        ("is_taken", "true or false", 1),
    ],
)
def test_every_part_of_a_candidate_is_checked(decided, name, kind, wrong):
    place = rf"selected.decision.compared\[1\].{name}"
    with pytest.raises(UsageError, match=f"{place} is missing"):
        require_result(_PATH, _with_candidate(decided, name, None), *_NEEDED)
    with pytest.raises(UsageError, match=f"{place} is {wrong}, not {kind}"):
        require_result(_PATH, _with_candidate(decided, name, wrong), *_NEEDED)


@pytest.mark.parametrize("error", [None, float("inf")])
def test_one_validation_example_has_no_standard_error(decided, error):
    decided = copy.deepcopy(decided)
    for candidate in decided["selected"]["decision"]["compared"]:
        candidate["error"] = error
    require_result(_PATH, decided, *_NEEDED)


def test_a_score_without_correlation_is_one_of_a_run(whole):
    require_result(_PATH, _changed(whole, "score.correlation", _NAN))


def _leaves(part, place=""):
    for name, value in part.items():
        yield f"{place}{name}"
        if isinstance(value, dict):
            yield from _leaves(value, f"{place}{name}.")


def test_a_table_needs_nothing_that_is_not_checked(whole, result_folder):
    free = ("config", "versions", "data", "seconds", "validation", "peak_memory_bytes")
    shown = {name: part for name, part in whole.items() if name not in free}
    layouts = [
        layout_of(name) for name in ("bibtex", "claim/bibtex", "controls/bibtex")
    ]
    for place in _leaves(shown):
        for value in (None, "text", _NAN, -1, [], {}):
            changed = {**_changed(shown, place, value), "config": {}}
            path = result_folder.path / "bibtex/ldrsp_cross/seed0/result.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(changed))
            try:
                results = load_results(result_folder.path, "bibtex")
                require_result(path, changed, "selected")
            except UsageError as error:
                assert str(path) in str(error)
                continue
            for layout in layouts:
                assert markdown(build_table(layout, results))
            assert result_table(changed, {}) and selection_line(changed)
