import dataclasses
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@dataclasses.dataclass
class CommandLine:
    """`python -m experiments...` with one cache of prepared data for all tests."""

    environment: dict[str, str]

    def start(self, *flags: str, module: str = "experiments.run") -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", module, *flags],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *flags: str, **module: str) -> subprocess.CompletedProcess:
        process = self.start(*flags, **module)
        stdout, stderr = process.communicate()
        return subprocess.CompletedProcess(
            process.args, process.returncode, stdout, stderr
        )


@pytest.fixture(scope="session")
def command_line(tmp_path_factory) -> CommandLine:
    environment = {**os.environ, "TFDS_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    environment.pop("LDRSP_MANUAL_DIR", None)
    return CommandLine(environment)
