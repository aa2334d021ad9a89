import dataclasses
import shlex

import pytest
from absl import flags

from experiments import config_flags
from experiments.config import OURS, Config, setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class MadeConfig(Config):
    made_folder: str | None = setting(None, OURS, "a folder")
    made_number: int | None = setting(None, OURS, "a number", low=1)
    made_share: float | None = setting(None, OURS, "a share")
    made_sides: tuple[int, ...] | None = setting(None, OURS, "two sides", low=8)


@pytest.fixture
def parse(monkeypatch):
    """Parses a command line with flags of its own."""

    def parse(*arguments):
        values = flags.FlagValues()
        monkeypatch.setattr(flags, "FLAGS", values)
        for kind in ("string", "bool", "integer", "float", "list", "enum"):
            define = getattr(flags, f"DEFINE_{kind}")

            def define_here(*args, define=define):
                return define(*args, flag_values=values)

            monkeypatch.setattr(flags, f"DEFINE_{kind}", define_here)
        config_flags.define_flags([MadeConfig])
        values(["program", *arguments])
        given = config_flags.given_settings([MadeConfig])
        monkeypatch.undo()
        return given

    return parse


def test_settings_that_may_be_none_have_the_type_of_their_values(parse):
    given = parse(
        "--made_folder=my photos",
        "--made_number=3",
        "--made_share=1",
        "--made_sides=8,9",
    )
    assert given == {
        "made_folder": "my photos",
        "made_number": 3,
        "made_share": 1.0,
        "made_sides": (8, 9),
    }
    assert isinstance(given["made_share"], float)


def test_what_is_not_given_is_no_setting(parse):
    assert parse() == {}


def test_settings_as_flags_are_what_a_shell_reads_back():
    settings = {"seed": 0, "images": "my photos/é'", "hidden": (8, 8), "rate": 1e-05}
    text = config_flags.as_flags(settings)
    assert shlex.split(text) == [
        "--seed=0",
        "--images=my photos/é'",
        "--hidden=8,8",
        "--rate=1e-05",
    ]
    assert text.startswith("--seed=0 '--images=")
