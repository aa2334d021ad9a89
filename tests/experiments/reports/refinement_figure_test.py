import numpy as np
import pytest

from experiments.reports.refinement_figure import COLORS, in_colors


@pytest.mark.parametrize("classes", [2, 3, 10, 21])
def test_classes_have_colors_of_their_own_as_far_as_these_go(classes):
    picture = in_colors(np.eye(classes)[None])
    assert picture.shape == (1, classes, 3)
    different = np.unique(picture[0], axis=0)
    assert len(different) == min(classes, len(COLORS))
    assert picture.min() >= 0.0 and picture.max() <= 1.0


def test_colors_are_mixed_by_value():
    np.testing.assert_allclose(
        in_colors(np.float32([[[0.25, 0.75]]]))[0, 0],
        0.25 * COLORS[0] + 0.75 * COLORS[1],
    )
