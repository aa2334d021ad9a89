import pytest

from experiments.border.gains import measure_gains
from experiments.summaries.result_file import read_json
from ldrsp_tf.errors import UsageError


def _results(folder):
    return [read_json(path) for path in sorted(folder.rglob("result.json"))]


def test_the_gain_is_paired_with_the_control(write_auto):
    folder = write_auto("auto-a", 0, own=0.39, refined=0.42)
    write_auto("auto-a", 1, own=0.43, refined=0.46, more=0.02)
    gains = measure_gains(_results(folder))
    assert gains.control.mean == pytest.approx(41)
    # 2 and 4 points; the half-width is 12.706 times 1.
    refined = gains.gains["refined"]
    assert refined.mean == pytest.approx(3)
    assert refined.high == pytest.approx(3 + 12.706, abs=1e-3)
    assert gains.gains["own"].mean == pytest.approx(0)
    assert gains.gains["auto"] == refined
    assert gains.decoder == "plug-in"
    assert gains.taken == {"refined": 2}


def test_the_control_has_the_decoder_that_is_better_on_the_test(write_auto):
    folder = write_auto("auto-a", 0, own=0.41, refined=0.42, tuned=0.45)
    write_auto("auto-a", 1, own=0.41, refined=0.42, tuned=0.37)
    gains = measure_gains(_results(folder))
    assert gains.decoder == "tuned"
    assert gains.control.mean == pytest.approx(41)
    assert gains.gains["refined"].mean == pytest.approx(1)


def test_without_results_there_is_nothing_to_gain():
    assert measure_gains([]) is None


def test_a_result_without_an_output_is_named(write_auto):
    (result,) = _results(write_auto("auto-a", 3, own=0.4, refined=0.4))
    del result["controls"]
    with pytest.raises(UsageError, match=r"auto, seed 3, has no F1 of own; make"):
        measure_gains([result])
