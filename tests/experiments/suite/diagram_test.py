import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from experiments.suite.diagram import draw_scores, rank_diagram
from experiments.suite.rows import ROWS, choose_rows
from experiments.suite.scores import collect_scores
from ldrsp_tf.errors import UsageError

LABELS = [row.label for row in ROWS]


@pytest.fixture
def drawn():
    """Returns a diagram's axes and the boxes of its texts, in pixels, by text."""

    def drawn(labels, ranks, difference):
        figure = rank_diagram(labels, ranks, difference)
        renderer = figure.canvas.get_renderer()
        (axes,) = figure.axes
        boxes = {t.get_text(): t.get_window_extent(renderer) for t in axes.texts}
        return axes, boxes

    yield drawn
    plt.close("all")


@pytest.mark.parametrize(
    ("ranks", "difference"),
    [
        (np.arange(1.0, 10.0), 4.5),
        (np.full(9, 5.0), 4.5),
        (np.array([1.0, 1.1, 1.2, 1.3, 8.7, 8.8, 8.9, 9.0, 9.0]), 11.0),
    ],
)
def test_no_texts_overlap_and_all_are_inside(drawn, ranks, difference):
    axes, boxes = drawn(LABELS, ranks, difference)
    assert len(boxes) == 9 + 9 + 1
    texts = list(boxes)
    for place, text in enumerate(texts):
        for other in texts[place + 1 :]:
            assert not boxes[text].overlaps(boxes[other]), (text, other)
    page = axes.figure.bbox
    assert all(box.y0 >= 0 and box.y1 <= page.y1 for box in boxes.values())


def test_the_better_half_stands_on_the_right(drawn):
    axes, boxes = drawn(["a", "b", "c", "d"], [3.143, 2.0, 2.893, 1.964], 1.25)
    middle = axes.figure.bbox.width / 2
    right = [text.strip() for text, box in boxes.items() if box.x0 > middle]
    assert "d (1.96)" in right and "b (2.00)" in right and "1" in right
    assert not {"a (3.14)", "c (2.89)", "4"} & set(right)
    assert "critical difference 1.25" in boxes


def bars(axes):
    """The ends of the thick lines, best rank first."""
    lines = [line for line in axes.lines if line.get_linewidth() > 3]
    return [sorted(line.get_xdata()) for line in lines]


def test_bars_join_rows_that_are_close(drawn):
    axes, _ = drawn(["a", "b", "c"], [1.2, 2.0, 2.8], 1.0)
    np.testing.assert_allclose(bars(axes), [[1.16, 2.04], [1.96, 2.84]])
    axes, _ = drawn(["a", "b", "c"], [1.0, 2.0, 3.0], 1.0)
    assert bars(axes) == []


def test_the_critical_difference_has_its_length(drawn):
    axes, _ = drawn(["a", "b"], [1.0, 2.0], 0.7)
    lengths = [np.ptp(line.get_xdata()) for line in axes.lines]
    assert any(length == pytest.approx(0.7) for length in lengths)


def test_the_picture_is_written(suite_results, tmp_path):
    tasks = ("mulan/emotions", "mulan/scene", "delicious")
    scores = collect_scores(suite_results.path, tasks, choose_rows(), 2)
    draw_scores(scores, tmp_path / "suite.png")
    assert np.asarray(Image.open(tmp_path / "suite.png")).std() > 5
    incomplete = collect_scores(suite_results.path, tasks, choose_rows(), 3)
    with pytest.raises(UsageError, match="--figure needs"):
        draw_scores(incomplete, tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()
