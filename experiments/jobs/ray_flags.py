"""The flag that says which Ray cluster works, shared by commands that start runs."""

from typing import TYPE_CHECKING

from absl import flags

from ldrsp_tf.errors import UsageError

if TYPE_CHECKING:
    from experiments.jobs.ray_cluster import RayCluster


FLAGS = flags.FLAGS


flags.DEFINE_string(
    "ray_address",
    None,
    "Ray cluster that works: local starts one on this machine, auto and HOST:PORT join "
    "one [processes of this machine, without Ray]",
)


def ray_cluster(at_once: int) -> "RayCluster | None":
    """The cluster that the flag names, not yet joined; None if it names none.

    Args:
      at_once: How many runs share it at a time.

    Raises:
      UsageError: Ray is not installed.
    """
    if FLAGS.ray_address is None:
        return None
    try:
        from experiments.jobs.ray_cluster import RayCluster
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise UsageError(
            "--ray_address needs Ray; install it by pip install -e '.[ray]'."
        ) from error
    return RayCluster(FLAGS.ray_address, at_once)
