import os

import pytest

from experiments.jobs import cores as job_cores
from experiments.jobs.cores import (
    cluster_share,
    sent_environment,
    shared_environment,
    threads_of_each,
)

THREADS = ("TF_NUM_INTRAOP_THREADS", "OPENBLAS_NUM_THREADS")


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch):
    monkeypatch.setattr(job_cores, "cores", lambda: 8)
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)


def test_cores_are_shared_and_nobody_goes_without():
    assert [threads_of_each(at_once) for at_once in (1, 3, 8, 20)] == [8, 2, 1, 1]


def test_a_process_alone_has_the_users_environment():
    assert shared_environment(1) == dict(os.environ)


@pytest.mark.parametrize("name", THREADS)
def test_processes_side_by_side_have_their_share_of_threads(monkeypatch, name):
    assert shared_environment(2)[name] == "4"
    monkeypatch.setenv(name, "3")
    assert shared_environment(2)[name] == "3"


@pytest.mark.parametrize(
    ("nodes", "at_once", "share"),
    [
        ([{"CPU": 8.0}], 2, (4, 0.0)),
        ([{"CPU": 8.0}], 3, (2, 0.0)),
        ([{"CPU": 8.0}], 9, (1, 0.0)),
        # No process goes over two nodes, and a node may have no cores to give.
        ([{}, {"CPU": 4.0}, {"CPU": 4.0}], 1, (4, 0.0)),
        ([{"CPU": 4.0}, {"CPU": 4.0}], 4, (2, 0.0)),
        ([{}], 2, (1, 0.0)),
        ([{"CPU": 8.0, "GPU": 2.0}], 1, (8, 1.0)),
        ([{"CPU": 8.0, "GPU": 1.0}, {"CPU": 8.0, "GPU": 1.0}], 3, (5, 0.5)),
    ],
)
def test_a_process_has_its_share_of_a_cluster(nodes, at_once, share):
    assert cluster_share(nodes, at_once) == share


@pytest.mark.parametrize("name", THREADS)
def test_a_process_elsewhere_has_what_the_user_has_set(monkeypatch, name):
    monkeypatch.setenv("TFDS_DATA_DIR", "data")
    monkeypatch.setenv("SECRET", "own")
    alone = sent_environment(at_once=1, threads=4)
    assert alone["TFDS_DATA_DIR"] == "data"
    assert not {"SECRET", name} & set(alone)
    assert sent_environment(at_once=2, threads=4)[name] == "4"
    monkeypatch.setenv(name, "3")
    assert sent_environment(at_once=2, threads=4)[name] == "3"
