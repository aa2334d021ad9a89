import json

import pytest

from experiments.suite.rows import CONTROLS_BY_DECODER, ROWS, ComparedRow, choose_rows
from experiments.summaries.labels import CONTROLS
from ldrsp_tf.errors import UsageError
from tests.command_line import ROOT

ROW = ComparedRow("m", "m", "m", "generator", ("f1_tuned", "f1_plugin"))


def result(test, validation=None, **parts):
    validation = {} if validation is None else {"validation": validation}
    run = {"task": "t", "method": "m", "seed": 0, "test": test}
    return {**run, **validation, **parts}


def tuned_and_plugin(tuned, plugin):
    return {"generator": {"f1": 0.9, "f1_tuned": tuned, "f1_plugin": plugin}}


@pytest.mark.parametrize(
    ("validation", "figure"), [((0.5, 0.6), 0.3), ((0.6, 0.5), 0.4), ((0.5, 0.5), 0.4)]
)
def test_validation_rows_choose_the_decoder_and_test_rows_do_not(validation, figure):
    measured = result(tuned_and_plugin(0.4, 0.3), tuned_and_plugin(*validation))
    assert ROW.figure(measured) == figure


def test_a_result_without_the_outputs_or_a_decoder_has_no_figure():
    assert ROW.figure(result({"refined": {"f1": 0.5}})) is None
    assert ROW.figure(result({"generator": {"f1_tuned": 0.5}})) is None


def test_several_decoders_need_validation_metrics():
    measured = result(tuned_and_plugin(0.4, 0.3), {"generator": {"f1_tuned": 0.5}})
    with pytest.raises(UsageError, match=r"t/m, seed 0, .*validation.*f1_plugin"):
        ROW.figure(measured)


def test_controls_and_decided_outputs_need_none():
    own = ComparedRow("c", "c", "m", "own", ("f1_plugin",))
    assert own.figure(result({}, controls={"own": {"f1_plugin": 0.7}})) == 0.7
    auto = ROWS[-1]
    assert (auto.name, auto.outputs) == ("auto", "decided")
    assert auto.figure(result({"decided": {"f1": 0.8}})) == 0.8


def test_rows_have_names_and_labels_of_their_own():
    for part in ("name", "label"):
        assert len({getattr(row, part) for row in ROWS}) == len(ROWS)


def test_rows_of_controls_have_one_decoder():
    assert all(len(row.decoders) == 1 for row in ROWS if row.outputs in CONTROLS)
    refined = [row.name for row in ROWS if row.outputs in ("refined", "decided")]
    assert not any(row.is_control for row in ROWS if row.name in refined)


def test_controls_by_decoder_are_those_of_the_rows():
    by_name = {row.name: row for row in ROWS if row.is_control}
    decoders = {name: set() for name in by_name}
    for row in CONTROLS_BY_DECODER:
        of_row = by_name[row.name]
        assert (row.folder, row.outputs) == (of_row.folder, of_row.outputs)
        decoders[row.name].update(row.decoders)
    assert all(of_row == {"f1_tuned", "f1_plugin"} for of_row in decoders.values())
    labels = [row.label for row in CONTROLS_BY_DECODER]
    assert labels[:4] == [
        *("plain MLP, tuned", "plain MLP, plug-in"),
        *("ensemble of G, tuned", "ensemble of G, plug-in"),
    ]
    assert len(set(labels)) == len(labels)


def test_no_control_of_a_result_is_left_out():
    path = ROOT / "results/delicious/auto/seed0/result.json"
    measured = json.loads(path.read_text())["controls"]
    assert set(measured) <= {row.outputs for row in CONTROLS_BY_DECODER}
    assert set(measured) <= {row.outputs for row in ROWS}


def test_rows_are_chosen_by_name_and_by_method_in_their_order():
    assert choose_rows() == ROWS
    names = [row.name for row in choose_rows(["auto", "baseline"])]
    assert names == ["baseline", "auto"]
    (row,) = choose_rows(["ldrsp_cross", "own"], ["ldrsp_cross", "ldrsp"])
    assert row.name == "ldrsp_cross"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"names": ["best"]}, "no row 'best'.*baseline, ldrsp"),
        ({"methods": ["gan"]}, "no row of method 'gan'.*ldrsp_cross, auto"),
        ({"names": ["auto"], "methods": ["ldrsp"]}, "No row of --rows"),
    ],
)
def test_unknown_rows_are_refused(given, message):
    with pytest.raises(UsageError, match=message):
        choose_rows(**given)
