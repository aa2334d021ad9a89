import numpy as np
import pytest
from PIL import Image

from experiments.border.figure import draw_border
from experiments.border.plan import CELLS
from ldrsp_tf.errors import UsageError


def test_a_panel_for_each_structure_with_results(write_auto, tmp_path):
    widths = []
    for cell in (CELLS[0], CELLS[-1]):
        results = write_auto(cell.folder, 0, own=0.39, refined=0.42)
        draw_border(results, tmp_path / "border.png")
        picture = np.asarray(Image.open(tmp_path / "border.png"))
        assert picture.std() > 5
        widths.append(picture.shape[1])
    assert widths[1] > widths[0] + 300


def test_nothing_to_draw_is_one_sentence(tmp_path):
    with pytest.raises(UsageError, match="has no result to draw"):
        draw_border(tmp_path, tmp_path / "border.png")
