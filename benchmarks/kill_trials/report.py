"""The kills as a file and as a Markdown table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.kill_trials.kill import NEW, OLD, RESUMED, WRONG, Kill
from experiments.cli.markdown import markdown_table
from experiments.reports.pages import Makers
from ldrsp_tf.errors import UsageError

_NAMES = ("subject", "stage", "signal", "outcome")
_OUTCOMES = {
    RESUMED: "resumed, bit for bit",
    OLD: "left the old one",
    NEW: "left the new one",
    WRONG: "wrong",
}


def as_content(kills: Sequence[Kill], seed: int, minutes: float) -> dict[str, Any]:
    """Returns the content of the result file.

    Args:
      kills: All kills.
      seed: The seed of their moments.
      minutes: The time that they took.
    """
    counted: Counter[tuple[str, ...]] = Counter(tuple(kill[:4]) for kill in kills)
    return {
        "seeds": [seed],
        "minutes": round(minutes, 1),
        "kills": _listed(counted),
    }


def merged(before: Mapping[str, Any] | None, content: Mapping[str, Any]) -> dict:
    """Returns the content of a result file with that of a later command.

    Args:
      before: The content of the file; None if there is none.
      content: The content to add.

    Raises:
      UsageError: The moments of the file have the same seed.
    """
    if before is None:
        return dict(content)
    if set(before["seeds"]) & set(content["seeds"]):
        raise UsageError(
            f"The file has the kills of --seed={content['seeds'][0]} already; give "
            "another one."
        )
    counted: Counter[tuple[str, ...]] = Counter()
    for kill in (*before["kills"], *content["kills"]):
        counted[tuple(kill[name] for name in _NAMES)] += kill["count"]
    return {
        "seeds": [*before["seeds"], *content["seeds"]],
        "minutes": round(before["minutes"] + content["minutes"], 1),
        "kills": _listed(counted),
    }


def _listed(counted: Mapping[tuple[str, ...], int]) -> list[dict[str, Any]]:
    return [
        {**dict(zip(_NAMES, key)), "count": count}
        for key, count in sorted(counted.items())
    ]


def kills_table(content: Mapping[str, Any]) -> str:
    """Returns the table of kills by subject and stage, and their sum.

    Args:
      content: The content of the result file.
    """
    rows: dict[tuple[str, str], Counter[str]] = {}
    total: Counter[str] = Counter()
    for kill in content["kills"]:
        for counter in (
            rows.setdefault((kill["subject"], kill["stage"]), Counter()),
            total,
        ):
            counter[kill["outcome"]] += kill["count"]
    head = ["killed", "in", "kills", *_OUTCOMES.values()]
    return markdown_table(
        [
            head,
            *(_row(*name, counter) for name, counter in rows.items()),
            _row("all", "", total),
        ]
    )


def _row(subject: str, stage: str, counter: Counter[str]) -> list[str]:
    cells = [str(counter[outcome] or "-") for outcome in _OUTCOMES]
    return [subject, stage, str(counter.total()), *cells]


def kills_line(content: Mapping[str, Any]) -> str:
    """Returns a sentence on the number of kills, their signals and their time."""
    signals: Counter[str] = Counter()
    for kill in content["kills"]:
        signals[kill["signal"]] += kill["count"]
    numbers = ", ".join(f"{count} by {name}" for name, count in signals.most_common())
    seeds = ", ".join(map(str, content["seeds"]))
    return (
        f"{signals.total()} kills ({numbers}) in {content['minutes']:.0f} minutes; "
        f"seeds of the moments: {seeds}."
    )


PARTS = {"table": kills_table, "line": kills_line}


def kill_makers(content: Mapping[str, Any]) -> Makers:
    """Returns the generator of the parts marked `<!-- kills: NAME -->`.

    Args:
      content: The content of the result file.
    """

    def part(name: str) -> str:
        if name not in PARTS:
            raise UsageError(
                f"There is no part {name!r}; there are {', '.join(PARTS)}."
            )
        return PARTS[name](content)

    return {"kills": part}
