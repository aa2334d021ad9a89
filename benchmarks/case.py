"""Measures one case in this process, for `benchmarks.run`.

Reads {"measure": ..., "arguments": {...}} from standard input, and writes the
measurement to standard output as JSON.
"""

import contextlib
import json
import sys
from collections.abc import Callable

from experiments.cli.startup import quiet_tensorflow

quiet_tensorflow()

from benchmarks import cases  # noqa: E402
from benchmarks.machine import machine  # noqa: E402
from experiments.cli.errors import one_sentence_errors  # noqa: E402

MEASURES: dict[str, Callable[..., cases.Measured]] = {
    "machine": machine,
    "training": cases.measure_training,
    "synthetic": cases.measure_synthetic,
    "runs": cases.measure_runs,
}


def main() -> None:
    """Measures the case on standard input."""
    case = json.load(sys.stdin)
    with (
        one_sentence_errors(kept="the cases that were measured"),
        # Standard output is for the measurement.
        contextlib.redirect_stdout(sys.stderr),
    ):
        measured = MEASURES[case["measure"]](**case["arguments"])
    json.dump(measured, sys.stdout)


if __name__ == "__main__":
    main()
