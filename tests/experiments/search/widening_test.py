from experiments.search.widening import (
    Budget,
    Widening,
    widened_spaces,
    winning_edges,
)
from experiments.tasks.ranges import Choice, LogUniform, Ordered, Uniform

SPACE = {
    "rate": LogUniform(1e-4, 1e-2),
    "dropout": Uniform(0.0, 0.5, most=0.9),
    "steps": Ordered((2, 5), above=(10, 20, 30)),
    "normalized": Choice((False, True)),
}


def test_half_as_many_trials_follow_each_widening():
    assert [Budget(16, 2).total(widened) for widened in (0, 1, 2)] == [16, 24, 32]
    assert Budget(1, 1).total(1) == 2


def test_the_edges_of_the_best_settings_are_found_by_name():
    best = {"rate": 0.009, "dropout": 0.0, "steps": 2, "normalized": True}
    assert winning_edges(SPACE, best) == {"rate": "high"}
    best = {"rate": 0.00011, "dropout": 0.47, "steps": 5, "normalized": False}
    assert winning_edges(SPACE, best) == {
        "rate": "low",
        "dropout": "high",
        "steps": "high",
    }
    assert (
        winning_edges(SPACE, {**best, "rate": 1e-3, "dropout": 0.2, "steps": 2}) == {}
    )
    assert winning_edges(SPACE, None) == {}


def test_widenings_add_up():
    widenings = [
        Widening(16, 3, {"rate": "low", "steps": "high"}),
        Widening(24, 17, {"steps": "high"}),
    ]
    spaces = widened_spaces(SPACE, widenings)
    assert spaces[0] == SPACE
    assert spaces[1] == {
        **SPACE,
        "rate": LogUniform(2.5e-5, 1e-2),
        "steps": Ordered((2, 5, 10, 20), above=(30,)),
    }
    assert spaces[2] == {**spaces[1], "steps": Ordered((2, 5, 10, 20, 30))}


def test_a_widening_is_read_back_as_it_was_written():
    widening = Widening(16, 3, {"rate": "low"})
    assert Widening(**widening.as_dict()) == widening
