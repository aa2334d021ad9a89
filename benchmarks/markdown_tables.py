"""The measurements as Markdown tables."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.cli.markdown import markdown_table
from experiments.reports.pages import Makers
from ldrsp_tf.errors import UsageError

_PARTS = ("input", "generator", "discriminator", "walks")
_CURVES = {
    "rows": "rows (500 features, 100 labels)",
    "labels": "labels (4,000 rows, 500 features)",
    "steps": "steps of an inference sample (4,000 rows, 500 features, 100 labels)",
    "side": "side of 40 images (width 16)",
}


def training_table(content: Mapping[str, Any]) -> str:
    """Returns the table of epochs, part by part, beside their lower bounds."""
    head = ["task", "method", "s an epoch", "examples / s"]
    head += ["input", "G", "D", "samples", "bound, s", "times bound"]
    rows = [[*head, "refinement, steps / s", "peak memory"]]
    for name, case in content["cases"].items():
        kind, task, *method = name.split("/")
        if kind == "training":
            rows.append([task, f"`{method[0]}`", *_epoch(case), _gigabytes(case)])
    return markdown_table(rows)


def _epoch(case: Mapping[str, Any]) -> list[str]:
    seconds = case["seconds"]
    shares = [
        f"{max(case['parts'][part], 0.0) / seconds:.0%}"
        if part in case["parts"]
        else "-"
        for part in _PARTS
    ]
    steps = case.get("refinement", {}).get("input_steps_per_second")
    return [
        _digits(seconds),
        f"{case['examples_per_second']:,.0f}",
        *shares,
        _digits(case["bound"]),
        f"{seconds / case['bound']:.1f}",
        f"{steps:,.0f}" if steps else "-",
    ]


def curves_table(content: Mapping[str, Any]) -> str:
    """Returns the table of epochs on synthetic data of several sizes."""
    rows = [["of", "", "s an epoch", "bound, s", "times bound", "peak memory"]]
    for name, case in content["cases"].items():
        kind, size = name.split("/")[:2]
        if kind in _CURVES:
            ratio = f"{case['seconds'] / case['bound']:.1f}"
            times = [_digits(case["seconds"]), _digits(case["bound"]), ratio]
            rows.append([_CURVES[kind], f"{int(size):,}", *times, _gigabytes(case)])
    return markdown_table(rows)


def runs_table(content: Mapping[str, Any]) -> str:
    """Returns the table of whole runs: the time of training, and the result."""
    rows = [["run", "s of training", "refined, test", "paper", "runs", "peak memory"]]
    for name, case in content["cases"].items():
        if name.startswith("runs/"):
            flags = [f"--{flag}={value}" for flag, value in case["flags"].items()]
            flags = [f"--task={case['task']}", f"--method={case['method']}", *flags]
            rows.append(
                [
                    f"`{' '.join(flags)}`",
                    _mean(case["training_seconds"]),
                    _mean([100.0 * value for value in case["refined"]]),
                    f"{case['paper']}",
                    str(case["seeds"]),
                    _gigabytes(case),
                ]
            )
    return markdown_table(rows)


def _mean(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.1f} ± {statistics.stdev(values):.1f}"


def machine_line(content: Mapping[str, Any]) -> str:
    """Returns a sentence on the machine, and on the rates in the bounds."""
    machine = content["machine"]
    return (
        f"{machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_bytes'] / 2**30:.0f} GiB, TensorFlow "
        f"{machine['versions']['tensorflow']}: "
        f"{machine['operations_per_second'] / 1e9:.0f} billion operations and "
        f"{machine['bytes_per_second'] / 1e9:.1f} GB a second."
    )


PARTS = {
    "training": training_table,
    "curves": curves_table,
    "runs": runs_table,
    "machine": machine_line,
}


def table_makers(content: Mapping[str, Any]) -> Makers:
    """Returns the generator of the parts marked `<!-- benchmark: NAME -->`.

    Args:
      content: The measurements.
    """

    def part(name: str) -> str:
        if name not in PARTS:
            raise UsageError(
                f"There is no benchmark table {name!r}; there are {', '.join(PARTS)}."
            )
        return PARTS[name](content)

    return {"benchmark": part}


def _digits(number: float) -> str:
    """Formats a number with three significant digits."""
    return f"{number:#.3g}".rstrip(".")


def _gigabytes(case: Mapping[str, Any]) -> str:
    return f"{case['peak_memory_bytes'] / 1e9:.2f} GB"
