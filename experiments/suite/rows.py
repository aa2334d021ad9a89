"""The rows of the comparison: outputs of a method, and how they are decided."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.summaries.result_file import metrics_by_outputs
from ldrsp_tf.errors import UsageError

# The decoders of controls, each with its metric.
DECODERS = {"tuned": "f1_tuned", "plug-in": "f1_plugin"}


@dataclasses.dataclass(frozen=True)
class ComparedRow:
    """Outputs of a method and the decoders that they may be decided by.

    Attributes:
      name: The value of `--rows`.
      label: The label in tables and figures.
      folder: The method's folder, `<method>[-<networks>]`.
      outputs: The name of the outputs in a result: `generator`, `refined`, `decided` or
        a control.
      decoders: The metrics of the decoders to choose among, the preferred one first.
        Outputs without validation metrics to choose by have a single one.
      is_control: Whether the row predicts without a refinement.
    """

    name: str
    label: str
    folder: str
    outputs: str
    decoders: tuple[str, ...]
    is_control: bool = False

    def figure(self, result: Mapping[str, Any]) -> float | None:
        """Returns the test metric of a result, as a fraction, by the row's decoder.

        The decoder is the best of the row's on the validation rows of that result; test
        rows decide nothing.

        Args:
          result: The content of a result file of the row's method.

        Returns:
          The metric; None if the result lacks the outputs, or a decoder of them.

        Raises:
          UsageError: There are several decoders, and no validation metrics of them.
        """
        test = metrics_by_outputs(result).get(self.outputs, {})
        if not set(self.decoders) <= test.keys():
            return None
        return test[self._decoder(result)]

    def decided_by(self, metrics: tuple[str, ...], name: str = "") -> "ComparedRow":
        """Returns the row by other decoders, which its label names instead.

        Args:
          metrics: The metrics of the decoders.
          name: The decoder's name; empty for a label without one.
        """
        label = self.label.removesuffix(", plug-in")
        if name:
            label = f"{label}, {name}"
        return dataclasses.replace(self, label=label, decoders=metrics)

    def _decoder(self, result: Mapping[str, Any]) -> str:
        if len(self.decoders) == 1:
            return self.decoders[0]
        validation = result.get("validation", {}).get(self.outputs, {})
        for decoder in self.decoders:
            if decoder not in validation:
                raise UsageError(
                    f"The result of {result['task']}/{self.folder}, seed "
                    f"{result['seed']}, has no validation.{self.outputs}.{decoder} to "
                    "choose a decoder by; make it anew with experiments.run."
                )
        return max(self.decoders, key=lambda decoder: validation[decoder])


def _control(
    name: str, label: str, folder: str, outputs: str, decoders: tuple[str, ...]
) -> ComparedRow:
    return ComparedRow(name, label, folder, outputs, decoders, is_control=True)


_AUTO = "auto"
_PLUGIN = (DECODERS["plug-in"],)
_TUNED_OR_PLUGIN = tuple(DECODERS.values())
_REFINED = ("f1", "f1_tuned")


ROWS = (
    _control("baseline", "plain MLP", "baseline", "generator", _TUNED_OR_PLUGIN),
    ComparedRow("ldrsp", "LDRSP", "ldrsp", "refined", _REFINED),
    ComparedRow("ldrsp_plus", "LDRSP+", "ldrsp_plus", "refined", _REFINED),
    ComparedRow(
        "ldrsp_cross", "cross-fitted LDRSP+", "ldrsp_cross", "refined", _REFINED
    ),
    _control("ensemble", "ensemble of G, plug-in", _AUTO, "generator", _PLUGIN),
    _control("own", "D's prediction, plug-in", _AUTO, "own", _PLUGIN),
    _control("average", "mean of G and D, plug-in", _AUTO, "average", _PLUGIN),
    _control(
        "own_pretrained",
        "D's prediction before Eq. 10, plug-in",
        _AUTO,
        "own_pretrained",
        _PLUGIN,
    ),
    _control(
        "average_pretrained",
        "mean of G and D before Eq. 10, plug-in",
        _AUTO,
        "average_pretrained",
        _PLUGIN,
    ),
    ComparedRow("refined", "always refined", _AUTO, "refined", _REFINED),
    ComparedRow("auto", "auto", _AUTO, "decided", ("f1",)),
)


# The controls of `ROWS`, with the names that they have there, by each decoder of their
# test metrics: the best of these, chosen on test rows, is a bound.
CONTROLS_BY_DECODER = tuple(
    row.decided_by((metric,), name)
    for row in ROWS
    if row.is_control
    for name, metric in DECODERS.items()
)


def choose_rows(
    names: Sequence[str] | None = None, methods: Sequence[str] | None = None
) -> tuple[ComparedRow, ...]:
    """Returns the rows of these names and methods, in the order of `ROWS`.

    Args:
      names: The names of the rows; None for all.
      methods: The folders of the methods, `<method>[-<networks>]`; None for all.

    Raises:
      UsageError: There is no such row, or no row of such a method, or none of both.
    """
    _require_known("row", names, [row.name for row in ROWS])
    _require_known("row of method", methods, [row.folder for row in ROWS])
    chosen = tuple(
        row
        for row in ROWS
        if (names is None or row.name in names)
        and (methods is None or row.folder in methods)
    )
    if not chosen:
        raise UsageError("No row of --rows is of a method of --methods.")
    return chosen


def _require_known(
    kind: str, wanted: Sequence[str] | None, known: Sequence[str]
) -> None:
    for name in wanted or ():
        if name not in known:
            raise UsageError(
                f"There is no {kind} {name!r} in the suite; there are "
                f"{', '.join(dict.fromkeys(known))}."
            )
