from experiments.summaries.cells import gain_text, interval_text, mean_text
from experiments.summaries.statistics import Summary, summarize


def test_a_mean_has_the_deviation_of_more_than_one_value():
    assert mean_text(summarize([50.0, 52.0])) == "51.0 ± 1.4"
    assert mean_text(summarize([0.5]), digits=2) == "0.50"
    assert mean_text(None) == "-"


def test_a_gain_has_an_interval_and_a_star_where_that_excludes_zero():
    away, near = Summary(2.0, 3, 0.1, 1.0, 3.0), Summary(0.5, 3, 0.1, -0.5, 1.5)
    assert gain_text(away) == "+2.0 [+1.0, +3.0]*"
    assert gain_text(near) == interval_text(near) == "+0.5 [-0.5, +1.5]"
    assert interval_text(away) == "+2.0 [+1.0, +3.0]"
    assert gain_text(summarize([-1.0])) == "-1.0"
    assert gain_text(None) == "-"
