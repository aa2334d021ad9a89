"""Measures one case in this process, for `benchmarks.run`.

Reads {"measure": ..., "arguments": {...}} from standard input, and writes what was
measured to standard output as JSON.
"""

import contextlib
import json
import sys

from experiments.cli.startup import quiet_tensorflow

quiet_tensorflow()

from benchmarks import cases  # noqa: E402
from benchmarks.machine import machine  # noqa: E402
from experiments.cli.errors import one_sentence_errors  # noqa: E402

MEASURES = {
    "machine": machine,
    "training": cases.measure_training,
    "made": cases.measure_made,
    "runs": cases.measure_runs,
}


def main() -> None:
    """Measures."""
    case = json.load(sys.stdin)
    with (
        one_sentence_errors(kept="the cases that were measured"),
        # Standard output is for what was measured.
        contextlib.redirect_stdout(sys.stderr),
    ):
        measured = MEASURES[case["measure"]](**case["arguments"])
    json.dump(measured, sys.stdout)


if __name__ == "__main__":
    main()
