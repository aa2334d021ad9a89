import pytest

from ldrsp_tf.errors import UsageError

pytest.importorskip("ray")
from experiments.jobs.ray_cluster import RayCluster


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_an_address_without_a_cluster_is_refused_in_one_sentence(address):
    with pytest.raises(UsageError, match=f"{address}' cannot be used: .*refused"):
        RayCluster(address, at_once=1).__enter__()
