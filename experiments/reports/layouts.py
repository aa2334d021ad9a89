"""The layouts of all tables: their columns, and the control that each compares with."""

import dataclasses
from collections.abc import Mapping

from experiments.configs.paper_figures import TABLE_1, TABLE_2, TABLE_3
from experiments.reports.columns import (
    Column,
    ControlGainColumn,
    Figures,
    GainColumn,
    MetricColumn,
    PaperColumn,
    PaperGainColumn,
    ScoreColumn,
)
from experiments.summaries.labels import CONTROLS


@dataclasses.dataclass(frozen=True)
class Layout:
    """A table of one task.

    Attributes:
      number: The paper's number of the table, or a name where the paper has none.
      task: The task's name, which is also that of its folder of results.
      title: The title of the data set.
      quantity: The quantity and unit of the figures, for the table's title.
      network: The name of G's architecture, such as `FCN`.
      columns: The columns from left to right; those without any figure are left out.
      gain: The definition of a gain, without a full stop.
      decimals: The number of decimals of every figure but D's.
      outputs: The names of the outputs of a method that have a row.
      methods: The folders of the methods to show; all by default.
      labels: The labels of rows that are something else than their usual label says, by
        folder.
      controls: Whether the rows are of runs that measure controls (`--controls`).
    """

    number: int | str
    task: str
    title: str
    quantity: str
    network: str
    columns: tuple[Column, ...]
    gain: str
    decimals: int = 1
    outputs: tuple[str, ...] = ("generator", "refined")
    methods: tuple[str, ...] = ()
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    controls: bool = False

    def is_asked(self, number: int | str | None) -> bool:
        """Returns whether it is that table; None stands for all of the paper's."""
        return isinstance(self.number, int) if number is None else self.number == number

    @property
    def name(self) -> str:
        """The unique name in the marks of pages: the task, for the paper's tables."""
        return (
            self.task if isinstance(self.number, int) else f"{self.number}/{self.task}"
        )

    @property
    def figures(self) -> Figures:
        """The paper's figures in its order; empty for a task that it does not have."""
        for column in self.columns:
            if isinstance(column, PaperColumn):
                return column.figures
        return {}


_F1_COLUMNS = (
    MetricColumn("F1 at 0.5", "f1"),
    MetricColumn("tuned", "f1_tuned"),
    MetricColumn("plug-in", "f1_plugin"),
)


def _tag_layout(task: str, title: str) -> Layout:
    paper = (PaperColumn("paper", TABLE_1[task]),) if task in TABLE_1 else ()
    return Layout(
        number=1,
        task=task,
        title=title,
        quantity="example-averaged F1 on the test rows (%)",
        network="SPM",
        columns=(
            *paper,
            *_F1_COLUMNS,
            # The control: decoding gains this much without a discriminator.
            GainColumn("gain over G tuned", "f1", "f1_tuned"),
            GainColumn("gain over G plug-in", "f1", "f1_plugin"),
        ),
        gain="A gain is the F1 at 0.5 of the refined output minus the F1 of the same "
        "seed's G, with its tuned threshold or with the plug-in decoder",
    )


def _claim_layout(
    task: str, title: str, figures: Figures, gains: tuple[GainColumn, ...], gain: str
) -> Layout:
    """Returns the layout of the claim, that LDRSP's gradient refines outputs."""
    return Layout(
        number="claim",
        task=task,
        title=title,
        quantity="does D's gradient refine? (test)",
        network="",
        columns=(
            PaperGainColumn("gain, paper", figures),
            *gains,
            ScoreColumn("norm of dD/dy at G(x)", "gradient_norm"),
            ScoreColumn("correlation of D and v*", "correlation"),
        ),
        gain=gain,
        outputs=("refined",),
    )


def _controls_layout(
    task: str,
    title: str,
    network: str,
    metrics: tuple[MetricColumn, ...],
    gain: ControlGainColumn,
    methods: tuple[str, ...],
) -> Layout:
    """Returns the layout of predictions without refinement beside the refined ones."""
    return Layout(
        number="controls",
        task=task,
        title=title,
        quantity="prediction without refinement (test)",
        network=network,
        columns=(*metrics, gain),
        gain="A gain is the figure of the refined output, decided without tuning, "
        "minus that of the row with its best decoder",
        outputs=("generator", *CONTROLS, "refined"),
        methods=methods,
        controls=True,
    )


_CROSS_FITTED = ("ldrsp", "ldrsp_plus", "ldrsp_cross")


_SLIC = "superpixel_accuracy_slic"

_TAG_CONTROLS = (
    _F1_COLUMNS,
    ControlGainColumn("gain of refined over plug-in", "f1", "f1_plugin", interval=True),
    _CROSS_FITTED,
)


# The published DVN has one value a mask; the row of that is the value network's.
_MASK_LABELS = {"dvn": "DVN, D = FCN"}


_IMAGE_GAIN = "A gain is the refined output minus the same seed's G"


LAYOUTS = (
    _tag_layout("bibtex", "Bibtex"),
    _tag_layout("delicious", "Delicious (not in the paper)"),
    _tag_layout("bookmarks", "Bookmarks"),
    Layout(
        number=2,
        task="weizmann_horse",
        title="Weizmann horses",
        quantity="IOU on the test images (%)",
        network="FCN",
        columns=(
            PaperColumn("mean IOU, paper", TABLE_2["mean_iou"]),
            MetricColumn("mean IOU", "mean_iou"),
            PaperColumn("global IOU, paper", TABLE_2["global_iou"]),
            MetricColumn("global IOU", "global_iou"),
            GainColumn("gain in mean IOU", "mean_iou", "mean_iou"),
        ),
        gain=_IMAGE_GAIN,
        labels=_MASK_LABELS,
    ),
    Layout(
        number=3,
        task="lfw_parts",
        title="LFW faces",
        quantity="accuracy on the test images (%)",
        network="FCN",
        columns=(
            PaperColumn("superpixel accuracy, paper", TABLE_3),
            MetricColumn("superpixel accuracy", "superpixel_accuracy"),
            MetricColumn(
                "superpixel accuracy (SLIC proxy)",
                _SLIC,
                remark="The paper's figures are accuracies on the official "
                "superpixels. The proxy has others, made by SLIC: it ranks our rows "
                "and is not comparable with the paper's figures.",
            ),
            MetricColumn("pixel accuracy at 32x32", "pixel_accuracy"),
            GainColumn(
                "gain in superpixel accuracy",
                "superpixel_accuracy",
                "superpixel_accuracy",
            ),
            GainColumn(
                "gain in superpixel accuracy (SLIC proxy)",
                _SLIC,
                _SLIC,
            ),
        ),
        gain=_IMAGE_GAIN,
        labels=_MASK_LABELS,
        decimals=2,
    ),
    _claim_layout(
        "bibtex",
        "Bibtex",
        TABLE_1["bibtex"],
        (
            GainColumn("gain over G at 0.5", "f1", "f1", interval=True),
            GainColumn("gain over G tuned", "f1", "f1_tuned", interval=True),
        ),
        "A gain is the F1 at 0.5 of the refined output minus that of G, at 0.5 "
        "or at the tuned threshold, which is the control",
    ),
    _claim_layout(
        "weizmann_horse",
        "Weizmann horses",
        TABLE_2["mean_iou"],
        (GainColumn("gain in mean IOU", "mean_iou", "mean_iou", interval=True),),
        _IMAGE_GAIN,
    ),
    _claim_layout(
        "lfw_parts",
        "LFW faces",
        TABLE_3,
        (
            GainColumn(
                "gain in superpixel accuracy (SLIC proxy)", _SLIC, _SLIC, interval=True
            ),
        ),
        f"{_IMAGE_GAIN} (the paper has the official superpixels)",
    ),
    _controls_layout("bibtex", "Bibtex", "SPM", *_TAG_CONTROLS),
    _controls_layout("delicious", "Delicious", "SPM", *_TAG_CONTROLS),
    _controls_layout(
        "weizmann_horse",
        "Weizmann horses",
        "FCN",
        (MetricColumn("mean IOU", "mean_iou"),),
        ControlGainColumn("gain of refined", "mean_iou", "mean_iou", interval=True),
        (*_CROSS_FITTED, "ldrsp_plus-unet", "ldrsp_cross-unet"),
    ),
    _controls_layout(
        "lfw_parts",
        "LFW faces",
        "FCN",
        (
            MetricColumn("pixel accuracy", "pixel_accuracy"),
            MetricColumn("superpixel accuracy (SLIC proxy)", _SLIC),
        ),
        ControlGainColumn(
            "gain of refined in pixel accuracy",
            "pixel_accuracy",
            "pixel_accuracy",
            interval=True,
        ),
        ("ldrsp_cross", "ldrsp_cross-unet"),
    ),
)


def layout_of(name: str) -> Layout | None:
    """Returns the layout of that name, or None."""
    return next((layout for layout in LAYOUTS if layout.name == name), None)


@dataclasses.dataclass(frozen=True)
class SummaryColumn:
    """A data set of the summary.

    Attributes:
      task: The task's name.
      heading: The heading, Markdown.
      refined: The metric of refined outputs.
      decoders: The metrics of G and of the controls; the best one counts.
      networks: The suffix of the method's folders, such as `unet`; empty by default.
      paper: The paper's figure of the refined output, in percent, if it is comparable.
    """

    task: str
    heading: str
    refined: str
    decoders: tuple[str, ...]
    networks: str = ""
    paper: float | None = None


@dataclasses.dataclass(frozen=True)
class SummaryLayout:
    """One table of all data sets, for the front page.

    Attributes:
      name: The name in the mark.
      columns: The data sets, from left to right.
      methods: The methods, from top to bottom.
    """

    name: str
    columns: tuple[SummaryColumn, ...]
    methods: tuple[str, ...]


_F1 = ("f1", "f1_tuned", "f1_plugin")
_HORSES = "docs/results/horses.md"
_FACES = "docs/results/faces.md"


SUMMARY = SummaryLayout(
    name="summary",
    columns=(
        SummaryColumn(
            "bibtex",
            "[Bibtex](docs/results/bibtex.md), F1",
            "f1",
            _F1,
            paper=TABLE_1["bibtex"]["ldrsp"]["refined"],
        ),
        SummaryColumn(
            "delicious", "[Delicious](docs/results/delicious.md), F1", "f1", _F1
        ),
        SummaryColumn(
            "weizmann_horse",
            f"[Horses]({_HORSES}), G = FCN, IOU",
            "mean_iou",
            ("mean_iou",),
            paper=TABLE_2["mean_iou"]["ldrsp"]["refined"],
        ),
        SummaryColumn(
            "weizmann_horse",
            f"[Horses]({_HORSES}), G = U-Net, IOU",
            "mean_iou",
            ("mean_iou",),
            networks="unet",
        ),
        # The paper's accuracy is on the official superpixels: not comparable.
        SummaryColumn(
            "lfw_parts",
            f"[Faces]({_FACES}), G = FCN, accuracy (SLIC)",
            _SLIC,
            (_SLIC,),
        ),
        SummaryColumn(
            "lfw_parts",
            f"[Faces]({_FACES}), G = U-Net, accuracy (SLIC)",
            _SLIC,
            (_SLIC,),
            networks="unet",
        ),
    ),
    methods=_CROSS_FITTED,
)
