import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.images import survey
from datasets.images.pairs import pair_pictures
from datasets.images.survey import binary_values, common_size


def _pairs(root):
    return pair_pictures(root / "photos", root / "masks")


def test_the_size_of_all_is_found(save_pairs):
    pairs = _pairs(save_pairs(a=np.zeros((4, 6)), b=np.zeros((4, 6))))
    assert common_size(pairs) == (4, 6)


def test_two_sizes_are_refused_with_two_files(save_pairs):
    pairs = _pairs(save_pairs(a=np.zeros((4, 6)), b=np.zeros((6, 4))))
    with pytest.raises(
        DataError,
        match=r"a\.png has 4x6 pixels \(height x width\) and .*b\.png 6x4 .*--image_si",
    ):
        common_size(pairs)


@pytest.mark.parametrize("limit", ["MAX_PIXELS", "MAX_TOTAL_PIXELS"])
def test_large_images_are_refused(save_pairs, monkeypatch, limit):
    pairs = _pairs(save_pairs(a=np.zeros((4, 6))))
    monkeypatch.setattr(survey, limit, 23)
    with pytest.raises(DataError, match=r"time and memory: .*--image_size"):
        common_size(pairs)
    monkeypatch.setattr(survey, limit, 24)
    assert common_size(pairs) == (4, 6)


def test_files_that_are_no_pictures_are_counted(save_pairs):
    root = save_pairs(a=np.zeros((4, 6)), b=np.zeros((4, 6)), c=np.zeros((4, 6)))
    for name in ("b", "c"):
        (root / "photos" / f"{name}.png").write_text("text")
    with pytest.raises(DataError, match=r"b\.png is not a picture .* \(and 1 more\)$"):
        common_size(_pairs(root))


@pytest.mark.parametrize("values", [(0, 1), (0, 255)])
def test_the_first_mask_that_is_not_empty_decides_the_values(save_pairs, values):
    root = save_pairs(a=[[0, 0]], b=[[0, values[1]]], c=[[255, 255]])
    assert binary_values(_pairs(root)) == values


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[0, 7]], r"a\.png is not a mask of two .* it has 0, 7; .*--class_values"),
        ([[0, 0]], "nothing to"),
        ([range(12)], r"it has the values 0 to 11: give --classes=12 .*--class_values"),
        (
            [[0, 1, 2, 255]],
            r"0 to 2 and 255: --class_values=0,1,2,255 makes 255 .* is not supported",
        ),
        ([range(0, 256, 5)], r"52 values .* if those between are soft edges, save it"),
        ([[0, 1, 90, 255]], r"soft edges, .* np\.where\(mask > 127, 255, 0\)"),
        ([range(1, 22, 2)], r"it has 11 values; mend the mask, or name"),
    ],
)
def test_other_values_are_refused(save_pairs, values, message):
    with pytest.raises(DataError, match=message):
        binary_values(_pairs(save_pairs(a=values)))


def test_a_damaged_mask_is_named(save_pairs):
    root = save_pairs(a=[[0, 255]])
    mask = root / "masks" / "a.png"
    noise = np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)
    Image.fromarray(noise).save(mask)
    mask.write_bytes(mask.read_bytes()[:200])
    with pytest.raises(DataError, match=r"masks/a\.png is not a picture or is cut off"):
        binary_values(_pairs(root))
