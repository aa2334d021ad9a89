"""Prints the paper's tables from committed results, ours beside the paper's.

    python -m experiments.tables --table=1
    python -m experiments.tables --readme=README.md

The second form writes every table between its marks in that file.
"""

import json
import pathlib
import re
import statistics
import sys
from collections.abc import Mapping
from typing import Any

from absl import app, flags

from experiments.paper import TABLE_1
from experiments.result_file import read_json
from experiments.result_table import result_table, selection_line
from ldrsp_tf.errors import UsageError

FLAGS = flags.FLAGS
flags.DEFINE_enum("table", "1", ["1"], "which table of the paper")
flags.DEFINE_string("results", "results", "folder of the results")
flags.DEFINE_string("readme", None, "file whose tables are to be rewritten")

TITLES = {
    "logistic_regression": "Logistic regression",
    "nn_baseline": "NN baseline",
    "spen": "SPEN",
    "prlr": "PRLR",
    "dvn": "DVN",
    "baseline": "SPM baseline",
    "gan": "GAN",
    "lsgan": "LSGAN",
    "wgan_gp": "WGAN+GP",
    "ebgan": "EBGAN",
    "ldrsp": "LDRSP",
    "ldrsp_plus": "LDRSP+",
}
_COLUMNS = {"f1": "F1 at 0.5", "f1_tuned": "tuned", "f1_plugin": "plug-in"}

Results = dict[str, list[dict[str, Any]]]


def load_results(folder: pathlib.Path, task: str) -> Results:
    """The complete results of a task: method -> result of each seed.

    Args:
      folder: Holds `<task>/<method>/seed<k>/result.json`.
      task: The task's name.

    Raises:
      UsageError: The runs of a method have different settings.
    """
    found: Results = {}
    for path in sorted(folder.glob(f"{task}/*/seed*/result.json")):
        found.setdefault(path.parts[-3], []).append(read_json(path))
    for method, results in found.items():
        if len({_settings(result) for result in results}) > 1:
            raise UsageError(
                f"The runs of {task}/{method} in {folder} differ in more than their "
                "seed; a mean over them would mean nothing."
            )
    return found


def _settings(result: Mapping[str, Any]) -> str:
    config = result.get("config", {})
    return json.dumps({k: v for k, v in config.items() if k != "seed"}, sort_keys=True)


def tag_table(results: Results, published: Mapping[str, Mapping[str, float]]) -> str:
    """Table 1 for one data set, as Markdown: a line for each row of each method.

    Args:
      results: Ours, method -> results.
      published: The paper's, method -> row -> percent.
    """
    lines = [
        "| method | paper | " + " | ".join(_COLUMNS.values()) + " | seeds |",
        "|---|---|" + "---|" * (len(_COLUMNS) + 1),
    ]
    for method in [*published, *(name for name in results if name not in published)]:
        ours = results.get(method, [])
        rows = dict.fromkeys(
            [*published.get(method, {}), *(ours[0]["test"] if ours else ())]
        )
        for row in rows:
            paper = published.get(method, {}).get(row)
            cells = [
                _label(method, row, len(rows)),
                "-" if paper is None else f"{paper:.1f}",
            ]
            cells += [_mean_and_deviation(ours, row, metric) for metric in _COLUMNS]
            cells.append(str(len(ours)) if ours else "not measured")
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _label(method: str, row: str, rows: int) -> str:
    title = TITLES.get(method, method)
    if rows == 1:
        return title
    return f"SPM ({title})" if row == "generator" else title


def _mean_and_deviation(ours: list[dict], row: str, metric: str) -> str:
    values = [
        100 * result["test"][row][metric]
        for result in ours
        if metric in result["test"].get(row, {})
    ]
    if not values:
        return "-"
    if len(values) == 1:
        return f"{values[0]:.1f}"
    return f"{statistics.mean(values):.1f} ± {statistics.stdev(values):.1f}"


def write_tables(text: str, folder: pathlib.Path) -> str:
    """Makes each part of a text anew that stands between marks.

    `<!-- table: TASK -->` ... `<!-- end -->` becomes the task's table, and
    `<!-- screen: RUN -->` ... `<!-- end -->` what a run, such as bibtex/ldrsp/seed0,
    shows at its end.
    """

    def part(match: re.Match) -> str:
        kind, name = match.groups()
        if not any(folder.glob(f"{name}/**/result.json")):
            raise UsageError(f"{folder} has no result of {name}; nothing is written.")
        if kind == "table":
            made = tag_table(load_results(folder, name), TABLE_1[name])
        else:
            result = read_json(folder / name / "result.json")
            screen = f"{selection_line(result)}\n\n{result_table(result, {})}"
            made = f"```text\n{screen}\n```"
        return f"<!-- {kind}: {name} -->\n{made}\n<!-- end -->"

    marks = r"<!-- (table|screen): (\S+) -->.*?<!-- end -->"
    return re.sub(marks, part, text, flags=re.S)


def main(argv: list[str]) -> None:
    """Prints or writes."""
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    folder = pathlib.Path(FLAGS.results)
    try:
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder}; name one by --results.")
        if FLAGS.readme:
            readme = pathlib.Path(FLAGS.readme)
            readme.write_text(write_tables(readme.read_text(), folder))
            return
        for task, published in TABLE_1.items():
            results = load_results(folder, task)
            print(
                f"Table {FLAGS.table}, {task}, example-averaged F1 on test rows (%)\n"
            )
            print(tag_table(results, published) + "\n")
    except (UsageError, OSError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    app.run(main)
