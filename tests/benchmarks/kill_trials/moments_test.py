import random
from collections import Counter

import pytest

from benchmarks.kill_trials.moments import RESUMING, START, TEST, Moment, Timeline

# Two short epochs of generators, a long one and two more of the last stage.
_TIMELINE = Timeline(
    ["generator", "generator", "selection", "selection"], [3.0, 0.1, 5.0, 0.2, 2.0]
)


def test_stages_are_those_of_the_record_that_is_being_made():
    assert _TIMELINE.stages == [START, RESUMING, "generator", "selection", TEST]
    assert [_TIMELINE.stage(records) for records in range(5)] == [
        *("generator", "generator", "selection", "selection", TEST)
    ]


def test_every_stage_has_as_many_kills_however_long_it_is():
    draw, kills = random.Random(0), Counter()
    for _ in range(40):
        moment = _TIMELINE.choose(-1, kills, draw)
        kills[moment.stage] += 1
        assert 0.0 <= moment.delay <= _TIMELINE.seconds[moment.records]
    assert kills == dict.fromkeys([START, "generator", "selection", TEST], 10)


@pytest.mark.parametrize("done", range(4))
def test_a_resumed_training_is_killed_later(done):
    draw, kills = random.Random(0), Counter()
    for _ in range(30):
        moment = _TIMELINE.choose(done, kills, draw)
        kills[moment.stage] += 1
        assert moment.records > done or moment.stage == RESUMING
    later = {_TIMELINE.stage(records) for records in range(done + 1, 5)}
    assert set(kills) == {RESUMING, *later}


def test_after_the_last_record_nothing_is_left_to_kill():
    assert _TIMELINE.choose(4, {}, random.Random(0)) is None


def test_half_of_the_moments_lie_where_a_checkpoint_is_written():
    draw = random.Random(0)
    wanted = {START: 9, "generator": 9, "selection": 0, TEST: 9}
    moments = [_TIMELINE.choose(-1, wanted, draw) for _ in range(200)]
    assert all(isinstance(moment, Moment) for moment in moments)
    in_long_gap = [m.delay for m in moments if m.records == 2]
    early = sum(delay <= 0.05 for delay in in_long_gap)
    assert 0.35 < early / len(in_long_gap) < 0.65
