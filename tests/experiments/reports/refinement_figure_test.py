import numpy as np
import pytest

from experiments.reports.refinement_figure import COLOURS, in_colours


@pytest.mark.parametrize("classes", [2, 3, 10, 21])
def test_classes_have_colours_of_their_own_as_far_as_these_go(classes):
    picture = in_colours(np.eye(classes)[None])
    assert picture.shape == (1, classes, 3)
    different = np.unique(picture[0], axis=0)
    assert len(different) == min(classes, len(COLOURS))
    assert picture.min() >= 0.0 and picture.max() <= 1.0


def test_colours_are_mixed_by_value():
    np.testing.assert_allclose(
        in_colours(np.float32([[[0.25, 0.75]]]))[0, 0],
        0.25 * COLOURS[0] + 0.75 * COLOURS[1],
    )
