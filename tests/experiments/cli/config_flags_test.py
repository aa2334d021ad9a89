import dataclasses
import shlex

import pytest
from absl import flags

from experiments.cli import config_flags
from experiments.tasks.config import OURS, Config, setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class WordsConfig(Config):
    made_word: str = setting("a", OURS, "a word")
    made_path: str | None = setting(None, OURS, "a path")
    made_count: int | None = setting(None, OURS, "a number", low=None)
    made_list: tuple[int, ...] = setting((1,), OURS, "numbers")


@pytest.fixture
def given(monkeypatch):
    values = flags.FlagValues()
    monkeypatch.setattr(flags, "FLAGS", values)
    for kind in ("string", "bool", "integer", "float", "list", "enum"):
        define = getattr(flags, f"DEFINE_{kind}")

        def into_values(*args, _define=define, **named):
            return _define(*args, flag_values=values, **named)

        monkeypatch.setattr(flags, f"DEFINE_{kind}", into_values)
    config_flags.define_flags([WordsConfig])

    def given(*arguments):
        values(["program", *arguments])
        return config_flags.given_settings([WordsConfig])

    return given


def test_words_and_paths_are_taken_as_they_are(given):
    assert given("--made_path=a b, ü.arff", "--made_word=") == {
        "made_path": "a b, ü.arff",
        "made_word": "",
    }


def test_numbers_and_lists_have_their_types(given):
    assert given("--made_count=-3", "--made_list=4,5") == {
        "made_count": -3,
        "made_list": (4, 5),
    }


def test_what_is_not_given_is_no_setting(given):
    assert given() == {}


def test_a_shell_reads_settings_back(given):
    settings = given("--made_path=it's a, b.arff", "--made_list=4,5", "--retrain=false")
    arguments = shlex.split(config_flags.as_flags(settings))
    assert given(*arguments) == settings
    assert "--made_list=4,5" in config_flags.as_flags(settings).split()
