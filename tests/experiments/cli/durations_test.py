import pytest

from experiments.cli.durations import clock


@pytest.mark.parametrize(
    ("seconds", "text"), [(6.6, "0:07"), (750, "12:30"), (3723, "1:02:03")]
)
def test_durations_are_read_as_on_a_clock(seconds, text):
    assert clock(seconds) == text
