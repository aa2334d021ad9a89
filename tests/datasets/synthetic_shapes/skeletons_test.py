import numpy as np
import pytest

from datasets.synthetic_shapes import skeletons
from datasets.synthetic_shapes.skeletons import NUM_BONES, SIZE, Bones


@pytest.fixture(scope="module")
def animals():
    return skeletons.draw(np.random.RandomState(0), 300)


def _bone(start, end, radii):
    return Bones(*(np.array([[part]], float) for part in (start, end, radii)))


def test_polar_angles_turn_clockwise_from_the_right():
    for angle, vector in ((0, [2, 0]), (90, [0, 2]), (180, [-2, 0]), (270, [0, -2])):
        np.testing.assert_allclose(skeletons.polar(angle, 2.0), vector, atol=1e-12)


def test_a_thick_horizontal_bone_covers_its_pixels():
    ((picture,),) = skeletons.rasterize(_bone([8, 16], [24, 16], [3, 3]))
    assert (picture[13:19, 8:24] == 1).all()
    assert (picture[:12] == 0).all() and (picture[20:] == 0).all()
    # The rectangle and the two half discs at its ends.
    assert picture.sum() == pytest.approx(16 * 6 + np.pi * 9, rel=0.01)


def test_a_bone_tapers():
    ((picture,),) = skeletons.rasterize(_bone([4, 16], [28, 16], [4, 1]))
    width = picture.sum(axis=0)
    assert width[4] == pytest.approx(8, abs=0.5)
    assert width[27] == pytest.approx(2, abs=0.5)
    assert (np.diff(width[5:27]) <= 0).all()


def test_animals_have_all_their_bones_and_two_shapes_of_them(animals):
    assert animals.starts.shape == animals.ends.shape == (300, NUM_BONES, 2)
    assert animals.radii.shape == (300, NUM_BONES, 2)
    assert skeletons.is_thin().sum() == 11
    thin = animals.radii[:, skeletons.is_thin()]
    assert thin.max() < animals.radii[:, 0].min()


def test_animals_look_to_the_left_and_stand_on_their_legs(animals):
    body, head = 0, 2
    assert (animals.ends[:, head, 0] < animals.starts[:, body, 0]).mean() > 0.98
    feet = animals.ends[:, 5:12:2, 1]  # [N, 4], the ends of the shanks
    belly = animals.ends[:, body, 1] + animals.radii[:, body, 1]
    assert (feet > belly[:, None]).mean() > 0.98


def test_animals_stay_in_the_picture(animals):
    pictures = skeletons.rasterize(animals).max(axis=1)
    assert pictures.shape == (300, SIZE, SIZE)
    outside = (animals.ends < 0) | (animals.ends > SIZE)
    assert outside.mean() < 0.02
