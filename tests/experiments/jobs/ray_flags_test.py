import sys

import pytest
from absl.testing import flagsaver

from experiments.jobs import ray_flags
from ldrsp_tf.errors import UsageError


@pytest.fixture(autouse=True)
def parsed_flags():
    ray_flags.FLAGS.mark_as_parsed()


def test_without_an_address_there_is_no_cluster():
    assert ray_flags.ray_cluster(at_once=2) is None


def test_without_ray_it_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "experiments.jobs.ray_cluster", raising=False)
    with (
        flagsaver.flagsaver(ray_address="local"),
        pytest.raises(UsageError, match=r"needs Ray; .* pip install -e '\.\[ray\]'"),
    ):
        ray_flags.ray_cluster(at_once=2)
