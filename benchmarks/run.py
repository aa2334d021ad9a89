"""Measures what training and refinement cost on this machine.

    python -m benchmarks.run
    python -m benchmarks.run --only=training/bibtex,rows

Each case is measured in a process of its own, one after the other, on all cores; its
result is added to the file at once. Figures of a busy machine are of no use.
"""

import json
import pathlib
import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.protocol import CASES, Case
from experiments.cli.command import Command
from experiments.cli.data_flags import DATA_FLAGS
from experiments.cli.flag import PATH, Flag
from experiments.summaries.result_file import read_json, write_json
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import Domain

COMMAND = Command(
    __doc__,
    (
        Flag(
            "only",
            "beginnings of the names of the cases to measure, separated by commas",
            "main",
            Domain(str, is_list=True),
            note="all cases",
        ),
        *DATA_FLAGS,
        Flag(
            "output",
            "file of the measurements",
            domain=PATH,
            default="results/benchmarks.json",
        ),
    ),
)

_RATES = ("operations_per_second", "bytes_per_second")


def chosen_cases(beginnings: Sequence[str] | None) -> dict[str, Case]:
    """Returns the cases whose names have one of the beginnings.

    Args:
      beginnings: The beginnings; None for all cases.

    Raises:
      UsageError: No name begins with one of them.
    """
    for beginning in beginnings or ():
        if not any(name.startswith(beginning) for name in CASES):
            raise UsageError(
                f"No benchmark's name begins with {beginning!r}; there are "
                f"{', '.join(CASES)}."
            )
    chosen = tuple(beginnings or ("",))
    return {name: case for name, case in CASES.items() if name.startswith(chosen)}


def measure(case: Case) -> dict[str, Any]:
    """Measures a case in a process of its own, so that peak memory is the case's.

    Args:
      case: The case.

    Raises:
      UsageError: The process failed; the message is that of the process.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.case"],
        input=json.dumps(case._asdict()),
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise UsageError(lines[-1].removeprefix("error: "))
    return json.loads(done.stdout)


def main(argv: Sequence[str] | None = None) -> None:
    """Measures the cases that the flags choose.

    Args:
      argv: The command line; the process's own by default.
    """
    flags = COMMAND.parse(sys.argv if argv is None else argv)
    folders = {"data_dir": flags.data_dir, "manual_dir": flags.manual_dir}
    try:
        _measure_all(chosen_cases(flags.only), pathlib.Path(flags.output), folders)
    except (UsageError, OSError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped; the cases that were measured are kept.")


def _measure_all(
    cases: dict[str, Case], output: pathlib.Path, folders: dict[str, str | None]
) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    content = read_json(output) or {"cases": {}}
    content["machine"] = measure(Case("machine", {}))
    rates = {name: content["machine"][name] for name in _RATES}
    for number, (name, case) in enumerate(cases.items(), start=1):
        arguments = {**case.arguments, "rates": rates}
        if case.measure != "synthetic":
            arguments.update(folders)
        measured = measure(case._replace(arguments=arguments))
        content["cases"][name] = {**case.arguments, **measured}
        write_json(output, content)
        print(f"{number}/{len(cases)}  {name}: {_summary(measured)}", flush=True)


def _summary(measured: dict[str, Any]) -> str:
    if "training_seconds" in measured:
        return f"{statistics.mean(measured['training_seconds']):.1f} s of training"
    ratio = measured["seconds"] / measured["bound"]
    return f"{measured['seconds']:.3f} s an epoch, {ratio:.1f} times the bound"


if __name__ == "__main__":
    main()
