import os
import subprocess
import sys

import pytest

from ldrsp_tf.errors import UsageError

pytest.importorskip("ray")
from experiments.jobs.ray_cluster import RayCluster


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_an_address_without_a_cluster_is_refused_in_one_sentence(address):
    with pytest.raises(UsageError, match=f"{address}' cannot be used: .*refused"):
        RayCluster(address, at_once=1).__enter__()


@pytest.mark.slow
def test_a_cluster_of_our_own_does_nothing_without_its_token(
    cluster_address, ray_environment, tmp_path
):
    """Ray gives a cluster's machine to everyone who reaches its port otherwise."""
    stranger = tmp_path / "token"
    stranger.write_text("0" * 64)
    code = f"import ray; ray.init({cluster_address!r}); print('joined')"
    once = {"RAY_NUM_REDIS_GET_RETRIES": "1"}  # Else twenty attempts, a second apart.
    outcomes = []
    for token in (ray_environment["RAY_AUTH_TOKEN_PATH"], str(stranger)):
        joined = subprocess.run(
            [sys.executable, "-c", code],
            env={
                **os.environ,
                **ray_environment,
                **once,
                "RAY_AUTH_MODE": "token",
                "RAY_AUTH_TOKEN_PATH": token,
            },
            capture_output=True,
            text=True,
        )
        outcomes.append("joined" in joined.stdout)
    assert outcomes == [True, False]
