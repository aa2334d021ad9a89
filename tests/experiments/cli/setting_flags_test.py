import dataclasses
import shlex

import pytest

from experiments.cli.command import Command
from experiments.cli.setting_flags import (
    as_flags,
    flag_list,
    given_settings,
    setting_flags,
    setting_notes,
)
from ldrsp_tf.settings import OURS, PAPER, setting


@dataclasses.dataclass(frozen=True)
class Inner:
    made_rate: float = setting(0.5, PAPER, "a rate", high=1, name="inner_rate")


@dataclasses.dataclass(frozen=True)
class Words:
    identifier: str
    made_word: str = setting("a", OURS, "a word")
    made_path: str | None = setting(None, OURS, "a path")
    made_count: int | None = setting(None, OURS, "a number", low=None)
    made_list: tuple[int, ...] = setting((1,), OURS, "numbers", group="data")
    made_switch: bool = setting(True, OURS, "a switch")
    inner: Inner = dataclasses.field(
        default_factory=Inner, metadata={"group": "samples"}
    )


@dataclasses.dataclass(frozen=True)
class Other:
    made_list: tuple[int, ...] = setting((7,), OURS, "other numbers", low=7)
    other: int = setting(3, OURS, "of another task")


def given(*arguments):
    settings = setting_flags(Words, [Other, Words])
    return given_settings(
        Command("", ()).parse(["name", *arguments], settings), settings
    )


def test_words_and_paths_are_taken_as_they_are():
    assert given("--made_path=a b, ü.arff", "--made_word=") == {
        "made_path": "a b, ü.arff",
        "made_word": "",
    }


def test_numbers_and_lists_have_their_types():
    assert given("--made_count=-3", "--made_list=4,5", "--inner_rate=1") == {
        "made_count": -3,
        "made_list": (4, 5),
        "inner_rate": 1.0,
    }


def test_what_is_not_given_is_no_setting():
    assert given() == {}


def test_a_shell_reads_settings_back():
    settings = given("--made_path=it's a, b.arff", "--made_list=4,5", "--nomade_switch")
    arguments = shlex.split(as_flags(settings))
    assert given(*arguments) == settings == {**settings, "made_switch": False}
    assert "--made_list=4,5" in as_flags(settings).split()
    # No shell reads the arguments of a process.
    assert given(*flag_list(settings)) == settings


@pytest.mark.parametrize(
    ("argument", "mend"),
    [
        (
            "--made_list=4,five",
            "it should be whole numbers of at least 0, separated by",
        ),
        ("--made_list=", "it should be whole numbers of at least 0, separated by"),
        ("--inner_rate=2", "it should be a number from 0 to 1"),
        ("--inner_rate=nan", "it should be a number from 0 to 1"),
        ("--made_count=2.5", "it should be a whole number"),
        ("--made_switch=maybe", "it should be true or false"),
    ],
)
def test_a_wrong_value_is_refused_by_one_sentence(argument, mend):
    with pytest.raises(SystemExit) as refused:
        given(argument)
    assert str(refused.value).startswith(f"error: {argument}: {mend}")
    assert "\n" not in str(refused.value)


def test_settings_of_other_tasks_are_flags_that_the_help_leaves_out():
    flags = {flag.name: flag for flag in setting_flags(Words, [Other, Words])}
    assert given("--other=4") == {"other": 4}
    assert not flags["other"].is_listed
    # Of a setting that both have, the task's own bounds and help hold.
    assert flags["made_list"].is_listed and flags["made_list"].help == "numbers"
    assert "identifier" not in flags


def test_groups_are_those_of_the_settings_or_of_the_tree():
    flags = {flag.name: flag.group for flag in setting_flags(Words, [])}
    assert (flags["made_list"], flags["inner_rate"]) == ("data", "samples")


def test_notes_have_the_value_that_holds_and_its_source():
    held = {"made_word": "b", "made_path": None, "made_count": 0, "made_list": [1, 2]}
    held |= {"made_switch": False, "inner_rate": 0.5}
    notes = setting_notes(Words, held)
    assert notes["inner_rate"] == "0.5, as in the paper"
    assert setting_notes(Words, {**held, "inner_rate": 0.7})["inner_rate"] == (
        "0.7, our choice"
    )
    assert notes["made_path"] == "not set"
    assert notes["made_list"] == "1,2, our choice"
    assert notes["made_switch"] == "false, our choice"
