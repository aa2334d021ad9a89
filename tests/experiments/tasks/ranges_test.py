import dataclasses

import pytest

from experiments.tasks.ranges import Choice, LogUniform, Ordered, Uniform


@dataclasses.dataclass
class Proposal:
    """Proposes one number, and notes what it was asked for."""

    value: float
    asked: tuple = ()

    def suggest_float(self, name, low, high, *, log=False):
        self.asked = (name, low, high, log)
        return self.value

    def suggest_int(self, name, low, high):
        self.asked = (name, low, high)
        return high

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


def test_ordered_values_are_proposed_by_their_positions():
    trial = Proposal(0.0)
    range_ = Ordered((2, 5, 10), below=(1,), above=(20, 30))
    assert range_.suggest(trial, "steps") == 10
    assert trial.asked == ("steps", 1, 3)
    # A value has the same position in wider ranges, so that earlier trials count.
    for wider in (range_, range_.widen("low"), range_.widen("high")):
        assert [wider.encode(value) for value in range_.values] == [1, 2, 3]


def test_a_range_contains_its_ends_and_no_more():
    for range_ in (Uniform(0.1, 0.5), LogUniform(0.1, 0.5)):
        assert 0.1 in range_ and 0.5 in range_
        assert 0.09 not in range_ and 0.51 not in range_
    for kind in (Choice, Ordered):
        assert 2 in kind((1, 2)) and 3 not in kind((1, 2))
    assert 3 not in Ordered((1, 2), above=(3,))


@pytest.mark.parametrize(
    ("value", "edge"),
    [(0.0, "low"), (0.99, "low"), (1.01, None), (8.99, None), (9.01, "high")],
)
def test_the_outer_tenth_of_numbers_is_an_edge(value, edge):
    assert Uniform(0.0, 10.0, least=-5.0).edge_at(value) == edge
    # The same in logarithms.
    assert LogUniform(1.0, 1e10).edge_at(10**value) == edge


def test_an_edge_that_cannot_be_moved_is_none():
    assert Uniform(0.0, 0.5).edge_at(0.0) is None
    assert Uniform(0.0, 0.5, most=0.5).edge_at(0.5) is None
    assert LogUniform(0.1, 1.0, least=0.1, most=1.0).edge_at(0.1) is None
    assert Ordered((1, 2)).edge_at(1) is Ordered((1, 2)).edge_at(2) is None
    assert Choice((1, 2)).edge_at(2) is None


def test_only_the_ends_of_ordered_values_are_edges():
    range_ = Ordered((2, 5, 10), below=(1,), above=(20,))
    assert [range_.edge_at(value) for value in (2, 5, 10)] == ["low", None, "high"]


def test_wider_ranges_go_beyond_the_edge_as_far_as_they_may():
    # A rounded proposal may lie a little outside.
    assert LogUniform(0.01, 0.1).edge_at(0.009999) == "low"
    assert LogUniform(0.01, 3.0).widen("high") == LogUniform(0.01, 12.0)
    assert LogUniform(0.01, 3.0).widen("low") == LogUniform(0.0025, 3.0)
    assert LogUniform(0.01, 3.0, most=5.0).widen("high").high == 5.0
    dropout = Uniform(0.0, 0.5, most=0.9)
    assert dropout.widen("high") == Uniform(0.0, 0.75, most=0.9)
    assert dropout.widen("high").widen("high") == Uniform(0.0, 0.9, most=0.9)
    assert Uniform(1.0, 3.0).widen("low") == Uniform(0.0, 3.0)


def test_ordered_values_are_extended_by_two_at_a_time():
    steps = Ordered((5, 10), below=(1, 2, 3), above=(20,))
    assert steps.widen("low") == Ordered((2, 3, 5, 10), (1,), (20,))
    assert steps.widen("low").widen("low") == Ordered((1, 2, 3, 5, 10), (), (20,))
    assert steps.widen("high") == Ordered((5, 10, 20), (1, 2, 3), ())


def test_ranges_are_extended_to_a_value_as_far_as_they_may():
    weight = LogUniform(0.01, 3.0)
    assert weight.extend_to(5.0) == LogUniform(0.01, 5.0)
    assert weight.extend_to(0.001) == LogUniform(0.001, 3.0)
    assert weight.extend_to(1.0) == weight
    # There is no logarithm of 0.
    assert weight.extend_to(0.0) == weight
    assert Uniform(0.0, 0.5, most=0.9).extend_to(0.95).high == 0.9
    assert Uniform(1.0, 2.0).extend_to(0.5) == Uniform(0.5, 2.0)
    steps = Ordered((5, 10), below=(1, 2, 3), above=(20, 30, 40))
    assert steps.extend_to(2) == Ordered((2, 3, 5, 10), (1,), (20, 30, 40))
    assert steps.extend_to(30) == Ordered((5, 10, 20, 30), (1, 2, 3), (40,))
    assert steps.extend_to(10) == steps.extend_to(7) == steps
    assert Choice((1, 2)).extend_to(3) == Choice((1, 2))


def test_ranges_are_shown_by_their_values():
    assert str(Uniform(0.0, 0.5, most=0.9)) == "0 to 0.5"
    assert str(LogUniform(6.29e-5, 3.0)) == "6.29e-05 to 3, logarithmic"
    assert str(Ordered((2, 5), above=(10,))) == str(Choice((2, 5))) == "one of 2, 5"
