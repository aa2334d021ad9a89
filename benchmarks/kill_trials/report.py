"""The kills as a file and as a Markdown table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.kill_trials.kill import NEW, OLD, RESUMED, WRONG, Kill
from experiments.cli.markdown import markdown_table

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
    counted = Counter((k.subject, k.stage, k.signal, k.outcome) for k in kills)
    names = ("subject", "stage", "signal", "outcome")
    return {
        "seed": seed,
        "minutes": round(minutes, 1),
        "kills": [
            {**dict(zip(names, key)), "count": count}
            for key, count in sorted(counted.items())
        ],
    }


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
    return (
        f"{signals.total()} kills ({numbers}) in {content['minutes']:.0f} minutes, "
        f"with --seed={content['seed']}."
    )
