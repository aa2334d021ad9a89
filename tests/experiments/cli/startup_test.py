import gc

import pytest

from experiments.cli.startup import uncollected


def test_what_is_made_in_the_block_is_never_visited_again():
    with uncollected():
        assert not gc.isenabled()
        made = [[]]
    later = [[]]
    visited = {id(each) for each in gc.get_objects()}
    assert gc.isenabled()
    assert id(later) in visited and id(made) not in visited


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with pytest.raises(KeyError), uncollected():
            raise KeyError
        assert not gc.isenabled()
    finally:
        gc.enable()
