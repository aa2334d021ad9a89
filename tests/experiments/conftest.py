import dataclasses
import json
import os
import pathlib
import secrets
import signal
import tempfile

import numpy as np
import pytest

from ldrsp_tf.data.examples import Examples
from tests.command_line import CommandLine
from tests.eager import eagerly

TIME_LIMIT = 600  # Seconds of a test on Ray, on a machine that has much else to do.


@pytest.fixture(scope="session")
def command_line(tmp_path_factory) -> CommandLine:
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # All workers' own.
    environment = {**os.environ, "TFDS_DATA_DIR": str(folder / "data")}
    environment.pop("LDRSP_MANUAL_DIR", None)
    return CommandLine(environment)


@dataclasses.dataclass
class ResultFolder:
    """A folder of made results, as `results/` has them."""

    path: pathlib.Path

    def write(
        self, task: str, folder: str, seed: int, test: dict, /, **parts
    ) -> pathlib.Path:
        path = self.path / task / folder / f"seed{seed}" / "result.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        result = {
            "task": task,
            "method": folder.split("-")[0],
            "seed": seed,
            "complete": True,
            "test": test,
            "config": {"seed": seed},
        }
        path.write_text(json.dumps({**result, **parts}))
        return path


@pytest.fixture
def result_folder(tmp_path) -> ResultFolder:
    return ResultFolder(tmp_path / "results")


@pytest.fixture(scope="session")
def ray_environment():
    """The environment that a Ray cluster of the tests and its clients share."""
    # Sockets lie there, whose paths are limited to about 100 characters.
    with tempfile.TemporaryDirectory(prefix="ray") as folder:
        # Ray would otherwise keep its token in the home folder.
        token = pathlib.Path(folder, "token")
        token.write_text(secrets.token_hex(32))
        token.chmod(0o600)
        yield {"RAY_TMPDIR": folder, "RAY_AUTH_TOKEN_PATH": str(token)}


@pytest.fixture(scope="module")
def local_cluster(ray_environment):
    """A Ray cluster on this machine."""
    pytest.importorskip("ray")
    from experiments.jobs.ray_cluster import RayCluster

    with pytest.MonkeyPatch.context() as environment:
        for name, value in ray_environment.items():
            environment.setenv(name, value)
        with RayCluster("local", at_once=2) as cluster:
            yield cluster


@pytest.fixture
def cluster(local_cluster):
    """A Ray cluster for two runs at a time, and an end to a test that hangs."""

    def interrupt(number, frame):
        raise KeyboardInterrupt("the test hangs")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(TIME_LIMIT)
    yield local_cluster
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def cluster_address(cluster) -> str:
    """The value of `--ray_address` that joins the cluster."""
    import ray

    return ray.get_runtime_context().gcs_address


@pytest.fixture
def command_line_on_ray(command_line, cluster, ray_environment) -> CommandLine:
    """Commands that can join it."""
    settings = {
        # A variable that Ray sets when it starts a cluster.
        "RAY_AUTH_MODE": "token",
        # Sums are taken in another order with another number of threads.
        "TF_NUM_INTRAOP_THREADS": "1",
    }
    return CommandLine({**command_line.environment, **ray_environment, **settings})


@pytest.fixture(scope="module")
def eager():
    """Runs a file's tests without compilation."""
    with eagerly():
        yield


@pytest.fixture(scope="session")
def few_tags() -> Examples:
    """24 rows of 5 bits and 3 tags that follow from them."""
    x = np.random.default_rng(0).integers(0, 2, (24, 5)).astype(np.uint8)
    return Examples(x, x[:, :3] ^ x[:, 2:])


class RecordedStages:
    """A listener to a training that records the names and epochs of its stages."""

    def __init__(self):
        self.stages = []

    def stage(self, name: str, epochs: int) -> None:
        self.stages.append((name, epochs))

    def progress(self, record: dict) -> None:
        pass


@pytest.fixture(scope="session")
def make_progress() -> type[RecordedStages]:
    """Returns the class of the listener `progress`."""
    return RecordedStages


@pytest.fixture
def progress() -> RecordedStages:
    """Returns a listener to a training."""
    return RecordedStages()


class StopAfterFirstEpoch:
    """A listener that interrupts every stage once, after its first epoch.

    Stages of one training that differ in their number alone are interrupted in turn:
    one of them in the selection, the other one in the retraining.
    """

    def __init__(self) -> None:
        self.stopped: list[str] = []
        self.spared = (
            *("selection/generator 2", "selection/refitted 1"),
            *("retraining/generator 1", "retraining/refitted 2"),
        )

    def stage(self, name: str, epochs: int) -> None:
        pass

    def progress(self, record: dict) -> None:
        if record["phase"] not in (*self.stopped, *self.spared):
            self.stopped.append(record["phase"])
            raise KeyboardInterrupt


@pytest.fixture
def stopping() -> StopAfterFirstEpoch:
    """Returns a listener that interrupts a training in each of its stages."""
    return StopAfterFirstEpoch()
