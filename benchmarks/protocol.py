"""The cases to measure, by name; each is measured in a process of its own."""

from typing import Any, NamedTuple

_TAG_METHODS = (
    *("logistic_regression", "nn_baseline", "baseline", "gan", "lsgan", "wgan_gp"),
    *("ebgan", "dvn", "spen", "ldrsp", "ldrsp_plus"),
)
_MASK_METHODS = ("baseline", "gan", "wgan_gp", "dvn", "ldrsp", "ldrsp_plus")


class Case(NamedTuple):
    """One measurement.

    Attributes:
      measure: The kind of measurement: "training" (a task of the tables), "synthetic"
        (synthetic rows) or "runs" (of a task, from the first epoch to the test).
      arguments: The arguments of the function of that name in `cases.py`, without the
        machine's rates and the folders of data.
    """

    measure: str
    arguments: dict[str, Any]


def _training(task: str, *methods: str, **flags: Any) -> dict[str, Case]:
    """Returns a case for each method of a task, with the same flags."""
    precision = flags.get("precision")
    suffix = f", {precision}" if precision else ""
    return {
        f"training/{task}/{method}{suffix}": Case(
            "training", {"task": task, "method": method, "flags": flags}
        )
        for method in methods
    }


def _tags(inference_steps: int = 10, **sizes: int) -> Case:
    shape = {"rows": 4000, "features": 500, "labels": 100, **sizes}
    flags = {"inference_steps": inference_steps}
    return Case(
        "synthetic", {"kind": "tags", "method": "ldrsp", "flags": flags, **shape}
    )


def _masks(side: int) -> Case:
    shape = {"rows": 40, "side": side, "labels": 2}
    # A quarter of the paper's width, so that large images take minutes.
    flags = {"width": 16, "discriminator_width": 16}
    return Case(
        "synthetic", {"kind": "masks", "method": "ldrsp", "flags": flags, **shape}
    )


# Both networks as wide as the paper's.
_PAPER_WIDTH = {"width": 64, "discriminator_width": 64}

# Rows of the size of Bookmarks, with its second layer in D.
_BOOKMARKS = {
    **{"rows": 60_000, "features": 2150, "labels": 208},
    **{"kind": "tags", "method": "ldrsp", "flags": {"discriminator_hidden": [150] * 2}},
}

CASES = {
    "runs/bibtex/ldrsp": Case(
        "runs",
        {"task": "bibtex", "method": "ldrsp", "flags": {"epochs": 26}, "seeds": 5},
    ),
    **_training("bibtex", *_TAG_METHODS),
    **_training("delicious", "baseline", "ldrsp", "ldrsp_plus"),
    **_training("weizmann_horse", *_MASK_METHODS, **_PAPER_WIDTH),
    **_training("weizmann_horse", "ldrsp", **_PAPER_WIDTH, precision="mixed_bfloat16"),
    "training/as large as bookmarks/ldrsp": Case("synthetic", _BOOKMARKS),
    **{f"rows/{rows}": _tags(rows=rows) for rows in (1000, 10_000, 100_000)},
    **{f"labels/{labels}": _tags(labels=labels) for labels in (100, 1000, 10_000)},
    **{f"side/{side}": _masks(side) for side in (32, 64, 128, 256)},
    **{f"steps/{steps}": _tags(inference_steps=steps) for steps in (1, 10, 30, 100)},
}
