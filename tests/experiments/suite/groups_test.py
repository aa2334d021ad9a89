from experiments.suite.groups import CONFIRMATION, DESIGN, GROUPS


def test_no_data_set_is_of_both_groups():
    every = (*DESIGN, *CONFIRMATION)
    assert len(set(every)) == len(every) == 13
    assert GROUPS["all"] == every
