"""The flag that names a Ray cluster, shared by commands that start runs."""

from typing import TYPE_CHECKING

from experiments.cli.flag import Flag
from ldrsp_tf.errors import UsageError

if TYPE_CHECKING:
    from experiments.jobs.ray_cluster import RayCluster


RAY_FLAG = Flag(
    "ray_address",
    "Ray cluster that does the runs: local starts one on this machine, auto and "
    "HOST:PORT join one; without it processes of this machine do them",
    "execution",
)


def ray_cluster(address: str | None, at_once: int) -> "RayCluster | None":
    """Returns the cluster at an address, not yet joined; None for no address.

    Args:
      address: The value of `--ray_address`.
      at_once: The number of runs that share the cluster at a time.

    Raises:
      UsageError: Ray is not installed.
    """
    if address is None:
        return None
    try:
        from experiments.jobs.ray_cluster import RayCluster
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise UsageError(
            "--ray_address needs Ray; install it by pip install -e '.[ray]'."
        ) from error
    return RayCluster(address, at_once)
