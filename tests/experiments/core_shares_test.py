import os

import pytest

from experiments import core_shares
from experiments.core_shares import shared_environment, threads_of_each


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch):
    monkeypatch.setattr(core_shares, "_cores", lambda: 8)
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)


def test_cores_are_shared_and_nobody_goes_without():
    assert [threads_of_each(at_once) for at_once in (1, 3, 8, 20)] == [8, 2, 1, 1]


def test_a_process_alone_has_the_users_environment():
    assert shared_environment(1) == dict(os.environ)


def test_processes_side_by_side_have_their_share_of_threads(monkeypatch):
    assert shared_environment(2)["TF_NUM_INTRAOP_THREADS"] == "4"
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "3")
    assert shared_environment(2)["TF_NUM_INTRAOP_THREADS"] == "3"
