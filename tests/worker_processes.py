"""Processes of tests that train together on this machine, and end in any case."""

import json
import socket
import subprocess

SECONDS = 600  # Many times what they take, on a machine that is busy.


def cluster_environments(workers: int) -> list[dict[str, str]]:
    """Returns TF_CONFIG of each worker of a new cluster, the chief's first."""
    sockets = [socket.socket() for _ in range(workers)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return [environment(addresses, index) for index in range(workers)]


def environment(addresses: list[str], index: int) -> dict[str, str]:
    """Returns TF_CONFIG of the worker at one of the addresses."""
    cluster, task = {"worker": addresses}, {"type": "worker", "index": index}
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": task})}


def finish(processes: list[subprocess.Popen]) -> list[subprocess.CompletedProcess]:
    """Waits for all; those that take too long are killed, and fail."""
    finished = []
    try:
        for process in processes:
            output = process.communicate(timeout=SECONDS)
            finished.append(
                subprocess.CompletedProcess(process.args, process.returncode, *output)
            )
    finally:
        for process in processes:
            process.kill()
    return finished
