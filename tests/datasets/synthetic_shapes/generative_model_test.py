import numpy as np
import pytest

from datasets.errors import DataError
from datasets.synthetic_shapes import generative_model as model


@pytest.fixture(scope="module")
def splits():
    return model.generate()


@pytest.mark.slow
def test_two_calls_return_the_same_pictures(splits):
    for split, pictures in model.generate().items():
        np.testing.assert_array_equal(pictures.images, splits[split].images)
        np.testing.assert_array_equal(pictures.masks, splits[split].masks)


def test_the_pictures_never_change(splits):
    # Not a checksum: the last bit of a cosine may differ between processors.
    train = splits["train"]
    assert train.masks.sum() == pytest.approx(72672, abs=20)
    assert train.images.mean() == pytest.approx(128.723, abs=0.01)
    row = "00000001111111111111111111101000"
    assert "".join(map(str, train.masks[0, 16])) == row


def test_sizes_and_values(splits):
    for split, num_rows in model.NUM_ROWS.items():
        pictures = splits[split]
        assert pictures.images.shape == (num_rows, 32, 32, 3)
        assert pictures.masks.shape == (num_rows, 32, 32)
        assert pictures.images.dtype == pictures.masks.dtype == np.uint8
        assert set(np.unique(pictures.masks)) == {0, 1}
        shares = pictures.masks.mean(axis=(1, 2))
        assert shares.min() > 0.08 and shares.max() < 0.32
        assert shares.mean() == pytest.approx(0.177, abs=0.01)


def test_no_picture_of_one_split_is_in_another(splits):
    pictures = [image.tobytes() for s in splits.values() for image in s.images]
    assert len(set(pictures)) == len(pictures) == 700


def test_colours_of_animals_and_background_overlap(splits):
    train = splits["train"]
    animal = train.images[train.masks == 1].mean(axis=-1)
    background = train.images[train.masks == 0].mean(axis=-1)
    bins = np.linspace(0, 255, 17)
    shares = [np.histogram(x, bins)[0] / len(x) for x in (animal, background)]
    assert np.minimum(*shares).sum() > 0.5


def test_bars_and_bushes_hide_parts_of_the_animal_but_not_of_the_mask(monkeypatch):
    monkeypatch.setattr(model, "NUM_ROWS", {"train": 50})
    hidden = model.generate()["train"]
    monkeypatch.setattr(model, "OCCLUDER", 100.0)
    shown = model.generate()["train"]
    np.testing.assert_array_equal(hidden.masks, shown.masks)
    changed = (hidden.images != shown.images).any(axis=-1)
    assert changed[hidden.masks == 1].mean() > 0.05


def test_thin_bones_are_hardly_visible(monkeypatch):
    """Compares pictures without noise, in which legs differ less than the body."""
    for name in ("TEXTURE", "SPOTS", "NOISE", "GROUND", "OCCLUDER", "CLUTTER"):
        monkeypatch.setattr(model, name, 0.0)
    for name in ("NUM_BARS", "NUM_BUSHES", "NUM_CLUTTER"):
        monkeypatch.setattr(model, name, 0)
    pictures = model.generate()["train"]
    sky = pictures.images[:, :1, -1:].astype(float)  # [N, 1, 1, 3]
    contrast = np.abs(pictures.images - sky).sum(axis=-1) * pictures.masks
    body, legs = contrast[:, 13:17, 14:20], contrast[:, 24:27]
    assert legs[legs > 0].mean() < 0.8 * body[body > 0].mean()


def test_blocks_hide_the_asked_share_of_an_animal_as_if_it_were_not_there(monkeypatch):
    monkeypatch.setattr(model, "NUM_ROWS", {"train": 50})
    shown = model.generate()["train"]
    hidden = model.generate(model.Parameters(occlusion=0.4))["train"]
    np.testing.assert_array_equal(hidden.masks, shown.masks)
    changed = (hidden.images != shown.images).any(axis=-1)
    # Antialiased edges of an animal lie outside its mask; the sky does not change.
    near = shown.masks.copy()
    for axis in (1, 2):
        for step in (-1, 1):
            near |= np.roll(near, step, axis)
    assert not changed[near == 0].any()
    # At least the share but for what bars and bushes hide anyway; a block is 25 pixels.
    assert 0.35 < changed[shown.masks == 1].mean() < 0.6


def test_a_share_of_1_hides_every_pixel():
    blocks = model._draw_blocks(np.random.RandomState(0), np.eye(4)[None] > 0, 1.0)
    assert blocks[0].diagonal().all()


@pytest.mark.slow
def test_rows_are_the_first_pictures_and_leave_the_test_alone(splits):
    few = model.generate(model.Parameters(rows=10))
    np.testing.assert_array_equal(few["train"].images, splits["train"].images[:10])
    np.testing.assert_array_equal(few["test"].images, splits["test"].images)
    with pytest.raises(DataError, match="400 training pictures, and 401 are"):
        model.generate(model.Parameters(rows=401))


def test_a_draw_has_other_pictures(monkeypatch):
    monkeypatch.setattr(model, "NUM_ROWS", {"train": 3})
    first, other = (model.generate(model.Parameters(draw=d))["train"] for d in (0, 1))
    assert (first.masks != other.masks).any()
