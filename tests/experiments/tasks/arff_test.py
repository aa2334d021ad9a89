import json
import os
import pathlib

import numpy as np
import pytest

from datasets.arff.header import read_header
from datasets.errors import DataError
from experiments.runs.finished import load_run
from experiments.tasks.arff import (
    columns,
    label_names,
    load,
    preprocessing,
    read_inputs,
)
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

TASK = get_task("arff")
HEADER = """\
@relation 'made: -C 2'
@attribute first {0,1}
@attribute second {0,1}
@attribute size real
@attribute colour {red,green}
@attribute third {0,1}
@data
"""
TRAIN = HEADER + "1,0,10,red,1\n0,1,20,green,0\n1,1,30,red,0\n0,0,20,red,1\n"
TEST = HEADER + "1,1,40,green,1\n"


@pytest.fixture
def write(tmp_path):
    def write(text, name="train.arff"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


@pytest.fixture
def configure(write):
    def configure(train=TRAIN, test=TEST, **given):
        if test is not None:
            given = {"test_file": write(test, "test.arff"), **given}
        given = {"train_file": write(train), **given}
        return TASK.configure("ldrsp", given)

    return configure


DEVIATION = np.sqrt(50)


def test_loads_both_files_scaled_by_the_training_rows(configure):
    config = configure()
    data = load(config, None, None)
    train, test = data.splits["train"], data.splits["test"]
    np.testing.assert_allclose(
        train["features"],
        [
            [-10 / DEVIATION, 1, 0, 1],
            [0, 0, 1, 0],
            [10 / DEVIATION, 1, 0, 0],
            [0, 1, 0, 1],
        ],
        rtol=1e-6,
    )
    np.testing.assert_allclose(test["features"], [[20 / DEVIATION, 0, 1, 1]], rtol=1e-6)
    np.testing.assert_array_equal(train["labels"], [[1, 0], [0, 1], [1, 1], [0, 0]])
    np.testing.assert_array_equal(test["labels"], [[1, 1]])
    assert set(data.checksums) == {"train_file", "test_file"}
    assert all(len(checksum) == 64 for checksum in data.checksums.values())


def test_features_may_stay_as_they_are(configure):
    data = load(configure(standardize="none"), None, None)
    assert data.splits["test"]["features"].tolist() == [[40, 0, 1, 1]]


def test_labels_are_those_of_the_relation_the_flag_or_the_xml_file(configure, write):
    xml = write('<l><label name="third"/><label name="first"/></l>', "labels.xml")

    def names_of(config):
        return label_names(config, read_header(config.train_file))

    assert names_of(configure()) == ["first", "second"]
    assert names_of(configure(num_labels=1)) == ["first"]
    assert names_of(configure(num_labels=-1)) == ["third"]
    config = configure(labels_xml=xml)
    assert names_of(config) == ["third", "first"]
    data = load(config, None, None)
    np.testing.assert_array_equal(data.splits["test"]["labels"], [[1, 1]])
    assert "labels_xml" in data.checksums


def test_each_header_is_read_once(configure, monkeypatch):
    read = []

    def read_and_note(path):
        read.append(pathlib.Path(path).name)
        return read_header(path)

    monkeypatch.setattr("experiments.tasks.arff.read_header", read_and_note)
    load(configure(), None, None)
    assert read == ["train.arff", "test.arff"]


def test_without_a_test_file_a_share_is_held_out_whatever_the_runs_seed(configure):
    rows = "".join(f"{i % 2},0,{i},red,1\n" for i in range(20))
    sizes = []
    for given in ({}, {"seed": 3}, {"split_seed": 1}):
        config = configure(HEADER + rows, None, standardize="none", **given)
        splits = load(config, None, None).splits
        held_out = splits["test"]["features"][:, 0].tolist()
        assert len(held_out) == 5
        trained = splits["train"]["features"][:, 0].tolist()
        assert sorted(trained + held_out) == list(range(20))
        sizes.append(held_out)
    assert sizes[0] == sizes[1] != sizes[2]


def test_the_training_rows_are_no_test_rows(configure):
    config = configure(test=TRAIN)
    with pytest.raises(UsageError) as error:
        load(config, None, None)
    assert str(error.value) == (
        f"{config.test_file} has the same content as {config.train_file}, and a test "
        "needs other rows; leave --test_file out to hold some of them out."
    )


def test_the_scale_is_that_of_the_rows_that_are_trained_on(configure):
    rows = "".join(f"{i % 2},0,{i},red,1\n" for i in range(20))
    config = configure(HEADER + rows, None)
    splits = load(config, None, None).splits
    assert abs(splits["train"]["features"][:, 0].mean()) < 1e-6
    assert abs(splits["test"]["features"][:, 0].mean()) > 1e-6


def _known(config):
    """Returns what a run keeps of its training rows, as its file has it."""
    return json.loads(json.dumps(load(config, None, None).inputs))


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"mean": ["x"]},
        {"mean": [1.0, 2.0]},
        {"deviation": [0.0]},
        {"standardized_columns": [4]},
        {"features": [1]},
    ],
)
def test_a_damaged_description_of_the_inputs_is_named(configure, damaged):
    known = _known(configure())
    known = {**known, **damaged} if damaged else {}
    with pytest.raises(UsageError, match=r"inputs\.json of the run is damaged"):
        read_inputs(known, pathlib.Path("new.arff"))


WITHOUT_LABELS = HEADER.replace("@attribute first {0,1}\n", "").replace(
    "@attribute second {0,1}\n", ""
)


@pytest.mark.parametrize(
    "text",
    [
        WITHOUT_LABELS + "40,green,1\n",
        HEADER + "?,?,40,green,1\n",
        HEADER + "{2 40, 3 green, 4 1}\n",
        HEADER.replace("@attribute first {0,1}\n", "") + "0,40,green,1\n",
    ],
    ids=["no labels", "unknown labels", "sparse", "one label"],
)
@pytest.mark.parametrize("held_out", [False, True])
def test_new_rows_are_as_the_runs_test_rows(configure, write, text, held_out):
    config = configure(test=None) if held_out else configure()
    path = pathlib.Path(write(text, "new.arff"))
    new = read_inputs(_known(config), path)
    assert new.label_names == ["first", "second"]
    assert new.x.shape == (1, 4)
    assert new.x[0, 1:].tolist() == [0, 1, 1]
    assert new.x[0, 0] == 40
    if not held_out:
        scaled = preprocessing(_known(config))(new.x)
        np.testing.assert_allclose(scaled, [[20 / DEVIATION, 0, 1, 1]], rtol=1e-6)


def test_columns_and_labels_have_names(configure):
    names = ["size", "colour=red", "colour=green", "third"]
    assert columns(_known(configure())) == (names, ["first", "second"])


def test_features_that_stay_as_they_are_need_no_preprocessing(configure):
    assert preprocessing(_known(configure(standardize="none"))) is None


def test_new_rows_are_scaled_as_the_held_out_ones(configure):
    rows = "".join(f"{i % 2},0,{i},red,1\n" for i in range(20))
    config = configure(HEADER + rows, None)
    splits = load(config, None, None).splits
    known = _known(config)
    new = preprocessing(known)(read_inputs(known, pathlib.Path(config.train_file)).x)
    together = np.concatenate([splits[s]["features"] for s in ("train", "test")])
    np.testing.assert_array_equal(np.sort(new[:, 0]), np.sort(together[:, 0]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("size real", "weight real", "'weight' (numeric) as feature 1 where"),
        ("{red,green}", "{red,blue}", "'colour' ({red, blue}) as feature 2 where"),
        ("{red,green}", "{green,red}", "has 'colour' ({red, green}); the features"),
        ("third {0,1}", "third {0,1,2}", "'third' ({0, 1, 2}) as feature 3 where"),
        ("third {0,1}", "third {no,yes}", "'third' ({no, yes}) as feature 3 where"),
        ("@data", "@attribute x real\n@data", "'x' (numeric) as feature 4 where"),
        ("@attribute third {0,1}\n", "", "none as feature 3 where"),
    ],
)
def test_other_attributes_in_the_test_file_are_refused(configure, old, new, message):
    config = configure(test=TEST.replace(old, new))
    with pytest.raises(DataError) as error:
        load(config, None, None)
    assert str(error.value).startswith(f"{config.test_file} has ")
    assert message in str(error.value)
    assert config.train_file in str(error.value)


def test_the_order_of_0_and_1_makes_no_other_feature(configure):
    test = TEST.replace("third {0,1}", "third {1,0}").replace("real", "numeric")
    splits = load(configure(test=test), None, None).splits
    assert splits["test"]["features"][0, 1:].tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("trained", "new"), [("real", "{0,1}"), ("{1,0}", "numeric"), ("real", "{1,0}")]
)
@pytest.mark.parametrize(
    "row", ["1,1,40,green,1\n", "{0 1, 1 1, 2 40, 3 green, 4 1}\n"]
)
def test_a_feature_of_0_and_1_may_be_declared_a_number(
    configure, write, trained, new, row
):
    train, test = (
        HEADER.replace("third {0,1}", f"third {kind}") for kind in (trained, new)
    )
    config = configure(train + TRAIN.removeprefix(HEADER), test + row)
    test = load(config, None, None).splits["test"]
    assert test["features"][0, 1:].tolist() == [0, 1, 1]
    read = read_inputs(_known(config), pathlib.Path(config.test_file))
    assert read.x[0, 1:].tolist() == [0, 1, 1]


def test_a_number_for_a_feature_of_0_and_1_has_to_be_one_of_them(configure):
    test = TEST.replace("third {0,1}", "third real").replace("green,1", "green,0.5")
    known = _known(configure())
    config = configure(test=test)
    for read in (
        lambda: load(config, None, None),
        lambda: read_inputs(known, pathlib.Path(config.test_file)),
    ):
        with pytest.raises(DataError, match=r"line 8: .*'third' is 0\.5, which is not"):
            read()


def test_a_test_file_without_a_label_is_refused(configure):
    test = "\n".join(
        line for line in TEST.splitlines() if not line.startswith("@attribute first")
    ).replace("1,1,40", "1,40")
    with pytest.raises(DataError, match="no attribute for the label 'first'"):
        load(configure(test=test), None, None)


def test_the_value_that_is_on_has_to_be_the_same_in_the_test_file(configure):
    def of(text, values):
        for number, value in enumerate(values):
            text = text.replace(f"\n{number}", f"\n{value}")
        return text.replace("first {0,1}", f"first {{{values[0]},{values[1]}}}")

    data = load(configure(of(TRAIN, "ab"), of(TEST, "ab")), None, None)
    np.testing.assert_array_equal(
        data.splits["train"]["labels"], [[1, 0], [0, 1], [1, 1], [0, 0]]
    )
    swapped = of(TEST, "ab").replace("{a,b}", "{b,a}")
    with pytest.raises(
        DataError, match=r"'first' is on where it is 'a' in .*test\.arff, .* 'b' in "
    ):
        load(configure(of(TRAIN, "ab"), swapped), None, None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"train_file": None}, "needs --train_file=FILE"),
        ({"num_labels": 0}, "0 of the 5 attributes"),
        ({"num_labels": -5}, "-5 of the 5 attributes"),
        ({"num_labels": 1, "labels_xml": __file__}, "give one"),
        ({"test_file": None, "test_fraction": 0.1}, "--test_fraction=0.1 leaves 0"),
        ({"test_file": None, "test_fraction": 1.0}, "--test_fraction=1.0 leaves 4"),
    ],
)
def test_settings_that_do_not_fit_are_refused(configure, given, message):
    with pytest.raises(UsageError, match=message):
        load(configure(**given), None, None)


def test_a_file_that_does_not_name_its_labels_is_refused(configure):
    config = configure(TRAIN.replace(": -C 2", ""))
    with pytest.raises(UsageError, match=r"no '-C n'\); give --labels_xml=FILE, or"):
        load(config, None, None)


def test_the_labels_are_named(configure, write):
    xml = write('<l><label name="third"/></l>', "labels.xml")
    notes = {
        text: load(configure(**given), None, None).notes
        for text, given in (
            ("relation", {}),
            ("number", {"num_labels": -1}),
            ("xml", {"labels_xml": xml}),
        )
    }
    assert notes == {
        "relation": (
            "The 2 labels are 'first' to 'second', by the '-C 2' of the file's "
            "relation.",
        ),
        "number": ("The label is 'third', by --num_labels.",),
        "xml": ("The label is 'third', by --labels_xml.",),
    }


def test_the_value_that_is_on_is_named(configure):
    train, test = (text.replace("third {0,1}", "third {1,2}") for text in (TRAIN, TEST))
    train = train.replace("red,0", "red,2").replace("green,0", "green,2")
    config = configure(train, test, num_labels=-1)
    assert load(config, None, None).notes[1:] == (
        "A label with values other than 0 and 1 is on at '2'.",
    )


def _stale(relation, names):
    attributes = "".join(f"@attribute {name} {{0,1}}\n" for name in names)
    rows = "".join(
        ",".join(str((i * 7 + j * j) % 2) for j in range(len(names))) + "\n"
        for i in range(8)
    )
    return f"@relation '{relation}'\n{attributes}@data\n{rows}"


_WORDS = ("word0", "word1", "word2", "word3", "topicA", "topicB")


def test_labels_of_the_relation_that_look_like_features_are_refused(configure):
    text = _stale("MEDC: -C 2", _WORDS)
    with pytest.raises(
        UsageError,
        match=r"'-C 2' .*train\.arff makes labels of 'word0' to 'word1', but 'word2' "
        r"looks the same, .* 'topicB', are .* nevertheless, give --num_labels=2, else",
    ):
        load(configure(text, None), None, None)
    for count in (2, -2):
        config = configure(text, None, num_labels=count)
        assert len(load(config, None, None).notes) == 1


def test_a_file_that_is_not_there_is_named(configure, tmp_path):
    config = configure(test_file=str(tmp_path / "none.arff"))
    with pytest.raises(DataError, match=r"none\.arff cannot be read \(No such file"):
        load(config, None, None)


@pytest.mark.parametrize("flag", ["train_file", "test_file", "labels_xml"])
def test_a_pipe_is_refused_before_it_is_read(configure, tmp_path, flag):
    os.mkfifo(tmp_path / "pipe")
    config = configure(**{flag: str(tmp_path / "pipe")})
    with pytest.raises(DataError, match="pipe is not a file on a disk"):
        TASK.identity(config)


def test_files_of_other_content_make_another_run(configure):
    first, same, other = (
        TASK.identity(configure(test=text)) for text in (TEST, TEST, TEST + TEST[-16:])
    )
    assert first == same
    (name,) = (name for name in first if first[name] != other[name])
    assert name == "content of test_file"


def test_the_same_files_elsewhere_make_the_same_run(configure, tmp_path):
    config = configure()
    identity = TASK.identity(config)
    (tmp_path / "moved").mkdir()
    moved = {
        name: str(pathlib.Path(getattr(config, name)).rename(tmp_path / "moved" / name))
        for name in ("train_file", "test_file")
    }
    there = TASK.identity(config.replace(**moved))
    differing = {name for name in identity if identity[name] != there[name]}
    assert differing <= set(config.path_settings)
    assert not any(str(tmp_path) in str(value) for value in identity.values())


def test_a_finished_run_whose_files_have_changed_is_refused(configure, tmp_path):
    config = configure()
    result = {
        **{"task": "arff", "method": config.method, "seed": 0, "complete": True},
        **{"test": {}, "selected": {"epochs": 1}, "config": TASK.identity(config)},
        "command": "python -m experiments.run",
    }
    (tmp_path / "result.json").write_text(json.dumps(result))
    (tmp_path / "sources.json").write_text(json.dumps(config.absolute_paths()))
    run = load_run(tmp_path)
    assert run.config == config
    run.require_same_sources()
    configure(train=TRAIN + "1,1,1,red,1\n")
    with pytest.raises(
        UsageError, match="content of train_file has changed since the run"
    ):
        run.require_same_sources()
