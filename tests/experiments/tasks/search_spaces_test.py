import dataclasses

import pytest

from experiments.tasks.search_spaces import Choice, LogUniform, Uniform


@dataclasses.dataclass
class Proposal:
    """Proposes one number, and notes what it was asked for."""

    value: float
    asked: tuple = ()

    def suggest_float(self, name, low, high, *, log=False):
        self.asked = (name, low, high, log)
        return self.value

    def suggest_categorical(self, name, choices):
        self.asked = (name, choices)
        return choices[-1]


@pytest.mark.parametrize(("kind", "log"), [(Uniform, False), (LogUniform, True)])
def test_numbers_have_as_many_digits_as_a_config_should(kind, log):
    trial = Proposal(0.00123456)
    assert kind(0.001, 0.1).suggest(trial, "rate") == 0.00123
    assert trial.asked == ("rate", 0.001, 0.1, log)


def test_a_choice_is_taken_as_it_is():
    trial = Proposal(0.0)
    assert Choice((1, 20)).suggest(trial, "steps") == 20
    assert trial.asked == ("steps", (1, 20))


def test_a_range_contains_its_ends_and_no_more():
    for range_ in (Uniform(0.1, 0.5), LogUniform(0.1, 0.5)):
        assert 0.1 in range_ and 0.5 in range_
        assert 0.09 not in range_ and 0.51 not in range_
    assert 2 in Choice((1, 2)) and 3 not in Choice((1, 2))
