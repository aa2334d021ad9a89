import dataclasses
import re
from importlib import import_module

import pytest

from experiments.cli.command import Command
from experiments.cli.flag import PATH, Flag
from experiments.cli.setting_flags import setting_flags
from experiments.tasks.command_line import CONFIGS
from experiments.tasks.tag_config import TagConfig
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import Domain

COMMAND = Command(
    """Does something.

    Needs no setting.
    """,
    (
        Flag("made_output", "file to write", "output", required=True),
        Flag("made_number", "number of things", "data", Domain(int, low=1), 3),
        Flag("made_word", "kind of thing", "data", Domain(choices=("a", "b")), "a"),
        Flag("made_secret", "thing that is not listed", is_listed=False),
        Flag("made_place", "place of things", "data", note="here"),
    ),
)
NEEDED = "--made_output=o"


def test_values_are_those_given_or_the_defaults():
    flags = COMMAND.parse(["name", NEEDED, "--made_number", "5"])
    assert (flags.made_output, flags.made_number, flags.made_word) == ("o", 5, "a")
    assert flags["made_number"].present and not flags["made_word"].present


def test_two_commands_may_have_flags_of_one_name():
    other = Command("", (Flag("made_number", "words"),))
    assert other.parse(["name", "--made_number=five"]).made_number == "five"
    assert COMMAND.parse(["name", NEEDED]).made_number == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "--made_output is missing: file to write."),
        ([NEEDED, "more"], "'more' is not a flag; flags begin with --."),
        ([NEEDED, "--made_nmber=3"], "no flag --made_nmber; did you mean --made_numb"),
        ([NEEDED, "--xyz"], "There is no flag --xyz; --help lists the flags."),
        ([NEEDED, "--made_number=0"], "--made_number=0: it should be a whole number"),
        ([NEEDED, "--made_word=c"], "--made_word=c: it should be one of a, b."),
        ([NEEDED, "--made_number"], "Missing value for flag --made_number."),
    ],
)
def test_a_wrong_command_line_is_refused_by_one_sentence(arguments, sentence):
    with pytest.raises(SystemExit) as refused:
        COMMAND.parse(["name", *arguments])
    message = refused.value.code
    assert message.startswith("error: ") and sentence in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("flag", ["--help", "-h", "--helpshort", "--helpfull"])
def test_help_has_the_purpose_and_the_flags_in_groups(flag, capsys):
    with pytest.raises(SystemExit) as shown:
        COMMAND.parse(["name", "--made_number=4", flag])
    assert shown.value.code == 0
    screen = capsys.readouterr().out
    assert (
        screen
        == """\
Does something.

    Needs no setting.

Data:
  --made_number=INTEGER  [3]
      Number of things.
  --made_word=a|b  [a]
      Kind of thing.
  --made_place=TEXT  [here]
      Place of things.

Output:
  --made_output=TEXT  [required]
      File to write.
"""
    )


def test_help_about_values_that_do_not_fit_is_refused_as_a_run_is():
    def describe(values):
        raise UsageError("--made_number does not fit.")

    with pytest.raises(SystemExit) as refused:
        COMMAND.parse(["name", "--help"], describe=describe)
    assert refused.value.code == "error: --made_number does not fit."


def test_a_preview_reads_the_own_flags_among_others():
    early = COMMAND.preview(["name", "--other", "3", "--made_word=b", "--help"])
    assert early.made_word == "b"


_PATH_WORDS = re.compile(r"\b(file|folder)\b")


def _commands():
    names = ("ablations", "export", "figures", "predict", "run", "sweep", "tables")
    modules = [f"experiments.{name}" for name in names]
    others = ("experiments.suite.__main__", "benchmarks.run")
    return [import_module(name).COMMAND for name in (*modules, *others)]


def test_every_flag_of_a_path_takes_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    settings = setting_flags(TagConfig, CONFIGS)
    every = {flag for command in _commands() for flag in (*command._flags, *settings)}
    paths = {flag.name for flag in every if flag.domain.is_path}
    assert paths == {
        *("data_dir", "manual_dir", "output_dir", "storage", "run", "runs", "results"),
        *("input", "output", "docs", "figure", "train_file", "test_file", "labels_xml"),
        *("images", "masks", "test_images", "test_masks", "record"),
    }
    for flag in every:
        # A new flag with a file or a folder is marked, or says why not here.
        assert flag.domain.is_path == bool(_PATH_WORDS.search(flag.help)) or (
            flag.name in {"num_labels", "test_fraction", "figures", "seeds"}
        )
        if flag.domain.is_path:
            command = Command("", (dataclasses.replace(flag, required=False),))
            for text, path in (
                ("~/a b", "/home/me/a b"),
                ("~", "/home/me"),
                ("a/~b", "a/~b"),
                ("/a", "/a"),
            ):
                values = command.parse(["name", f"--{flag.name}={text}"])
                assert values[flag.name].value == path


def test_a_default_takes_the_home_folder_as_well(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    command = Command("", (Flag("place", "folder", domain=PATH, default="~/x"),))
    assert command.parse(["name"]).place == "/home/me/x"
