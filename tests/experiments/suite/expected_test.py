import pytest

from experiments.suite.expected import expected_table, sets_table
from experiments.suite.groups import GROUPS, SEEDS
from ldrsp_tf.errors import UsageError


def _decided(output):
    candidate = {"output": output, "decoder": "plugin", "metric": 0.5}
    compared = [{**candidate, "gain": 0.0, "error": 0.0, "is_taken": True}]
    texts = {"metric_name": "f1", "sentence": ""}
    return {"epochs": 1, "decision": {**candidate, **texts, "compared": compared}}


@pytest.fixture
def all_sets(result_folder):
    for place, task in enumerate(GROUPS["all"]):
        for seed in range(SEEDS):
            plain = {"f1_tuned": 0.5, "f1_plugin": 0.4}
            outputs = {"generator": plain}
            result_folder.write(task, "baseline", seed, outputs, validation=outputs)
            # Better on the first eleven sets, worse on the last two.
            gain = 0.02 if place < 11 else -0.01
            test = {"generator": {"f1_plugin": 0.5}, "decided": {"f1": 0.5 + gain}}
            result_folder.write(
                task,
                "auto",
                seed,
                test,
                selected=_decided(
                    "refined" if seed == 1 and place == 0 else "generator"
                ),
                batch_shapes={"x": [4, 3], "y": [4, 7]},
            )
    return result_folder


def test_a_line_has_the_gain_over_the_plain_network_and_what_was_taken(all_sets):
    lines = sets_table(all_sets.path).splitlines()
    cells = [cell.strip() for cell in lines[2].strip("|").split("|")]
    assert cells == [
        "emotions",
        "7",
        "50.0",
        "50.0",
        "52.0",
        "+2.0",
        "G (2), refined (1)",
    ]
    assert [cell.strip() for cell in lines[14].strip("|").split("|")][-2:] == [
        "-1.0",
        "G",
    ]


def test_the_sentence_has_the_mean_gain_and_its_test(all_sets):
    sentence = sets_table(all_sets.path).splitlines()[-1]
    # (11 * 2 - 2 * 1) / 13 points; ranks 1.5 and 1.5 against, of 91.
    assert "+1.5 points over plain MLP" in sentence
    assert "p over 13 sets 0.0" in sentence


def test_a_set_without_results_is_named(all_sets):
    (all_sets.path / "mulan/birds/auto/seed2/result.json").unlink()
    with pytest.raises(UsageError, match="lacks results of the suite on mulan/birds;"):
        expected_table(all_sets.path)


def test_a_line_has_the_mean_and_the_largest_gain_and_loss(all_sets):
    lines = expected_table(all_sets.path).splitlines()
    assert len(lines) == 5
    plain = [cell.strip() for cell in lines[2].strip("|").split("|")]
    names = [name.removeprefix("mulan/") for name in GROUPS["all"]]
    gain, loss = f"+2.0 ({names[0]})", f"-1.0 ({names[11]})"
    assert plain == ["plain MLP", "50.0", "11, 2", gain, loss]
    auto = [cell.strip() for cell in lines[4].strip("|").split("|")]
    # (11 * 52 + 2 * 49) / 13
    assert auto == ["auto", "51.5", "-", "-", "-"]
