import sys

import pytest

from experiments.jobs.ray_flags import ray_cluster
from ldrsp_tf.errors import UsageError


def test_without_an_address_there_is_no_cluster():
    assert ray_cluster(None, at_once=2) is None


def test_without_ray_it_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "experiments.jobs.ray_cluster", raising=False)
    with pytest.raises(UsageError, match=r"needs Ray; .* pip install -e '\.\[ray\]'"):
        ray_cluster("local", at_once=2)
