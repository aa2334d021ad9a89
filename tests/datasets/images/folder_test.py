import re

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.images.folder import ImageFolder, checksums, load, read_images

_BOTH = [[0, 255, 255], [0, 0, 255]]
_SIZE = (2, 3)


def _folder(root, **fields):
    return ImageFolder(root / "photos", root / "masks", **fields)


def _names(folder):
    return {split: [p.name for p in pairs] for split, pairs in folder.pairs().items()}


@pytest.fixture
def ten(save_pairs):
    return save_pairs(**{f"a{number}": _BOTH for number in range(10)})


def test_some_images_are_held_out_for_the_test(ten):
    names = _names(_folder(ten))
    assert (len(names["train"]), len(names["test"])) == (8, 2)
    assert names["train"] == sorted(names["train"])
    assert not set(names["train"]) & set(names["test"])
    assert names == _names(_folder(ten))
    more = _names(_folder(ten, test_fraction=0.5))
    assert set(names["test"]) < set(more["test"])


def test_a_new_image_moves_few_others(ten, save_pairs):
    before = set(_names(_folder(ten))["test"])
    after = set(_names(_folder(save_pairs(more=_BOTH)))["test"])
    assert len(before - after) <= 1


@pytest.mark.parametrize("share", [0.0, 0.01, 1.0])
def test_a_split_without_images_is_refused(ten, share):
    with pytest.raises(DataError, match=rf"--test_fraction={share} leaves"):
        _folder(ten, test_fraction=share).pairs()


def test_test_images_may_have_folders_of_their_own(save_pairs, tmp_path):
    root = save_pairs(a=_BOTH, b=_BOTH)
    # They lie inside of the folders of the others, which skip them.
    save_pairs(tmp_path / "photos" / "test", c=_BOTH)
    tests = [root / "photos" / "test" / part for part in ("photos", "masks")]
    assert _names(_folder(root, test_images=tests[0], test_masks=tests[1])) == {
        "train": ["a", "b"],
        "test": ["c"],
    }


def test_test_images_without_test_masks_are_refused(ten):
    with pytest.raises(DataError, match="together: name both folders, or neither"):
        _folder(ten, test_images=ten / "photos").pairs()


def test_the_training_images_are_no_test_images(ten):
    (ten / "link").symlink_to(ten / "photos")
    folder = _folder(ten, test_images=ten / "link", test_masks=ten / "masks")
    with pytest.raises(DataError, match=r"link is given as .* leave --test_images and"):
        folder.pairs()


def test_masks_of_training_and_test_images_may_share_a_folder(save_pairs, tmp_path):
    root = save_pairs(a=_BOTH, b=_BOTH)
    save_pairs(tmp_path / "others", c=_BOTH)
    tests = root / "others" / "photos"
    (root / "others" / "masks" / "c.png").rename(root / "masks" / "c.png")
    folder = _folder(root, test_images=tests, test_masks=root / "masks")
    assert _names(folder) == {"train": ["a", "b"], "test": ["c"]}
    (tests / "c.png").unlink()
    (root / "photos" / "b.png").rename(tests / "b.png")
    with pytest.raises(DataError, match=r"masks/c\.png is the mask of no image"):
        folder.pairs()


def test_copies_of_training_images_are_no_test_images(save_pairs, tmp_path):
    root = save_pairs(a=_BOTH, b=_BOTH)
    tests = [tmp_path / "others" / part for part in ("photos", "masks")]
    save_pairs(tmp_path / "others", c=_BOTH, d=_BOTH)
    photo = (root / "photos" / "a.png").read_bytes()
    for name in "cd":
        Image.new("RGB", (3, 2), name == "c").save(tests[0] / f"{name}.png")
    (tests[0] / "c.png").write_bytes(photo)
    folder = _folder(root, test_images=tests[0], test_masks=tests[1])
    checksums(folder)  # One of the two is another image.
    (tests[0] / "d.png").write_bytes(photo)
    with pytest.raises(DataError, match=r"all images of .*others/photos are training"):
        checksums(folder)


def test_loads_images_and_class_ids_by_name(ten):
    data = load(_folder(ten), _SIZE, (0, 255))
    assert data.name == "image_folder"
    names = _names(_folder(ten))
    for split, arrays in data.splits.items():
        assert arrays["image"].shape == (len(names[split]), 2, 3, 3)
        assert arrays["image"].dtype == arrays["mask"].dtype == np.uint8
        for name, image, mask in zip(names[split], arrays["image"], arrays["mask"]):
            np.testing.assert_array_equal(image, Image.open(ten / f"photos/{name}.png"))
            np.testing.assert_array_equal(mask * 255, _BOTH)


def test_images_are_resized_to_one_size(save_pairs):
    large = np.kron(_BOTH, np.ones((4, 2)))
    root = save_pairs(a=large, b=_BOTH, c=np.kron(_BOTH, np.ones((1, 2))))
    data = load(_folder(root), _SIZE, (0, 255))
    for arrays in data.splits.values():
        assert arrays["image"].shape[1:] == (2, 3, 3)
        assert (arrays["mask"] * 255 == _BOTH).all()


def test_one_checksum_is_of_all_names_and_files(ten):
    def checksum():
        (value,) = load(_folder(ten), _SIZE, (0, 255)).checksums.values()
        assert re.fullmatch("[0-9a-f]{64}", value)
        return value

    first = checksum()
    assert checksum() == first
    Image.fromarray(np.uint8([[0, 0, 255], [0, 0, 255]])).save(ten / "masks/a3.png")
    changed = checksum()
    for part in ("photos", "masks"):
        (ten / part / "a4.png").rename(ten / part / "b4.png")
    assert len({first, changed, checksum()}) == 3


def test_a_mask_of_another_size_than_its_image_is_refused(ten):
    Image.fromarray(np.zeros((3, 3), np.uint8)).save(ten / "masks/a3.png")
    with pytest.raises(
        DataError, match=r"masks/a3\.png has 3x3 .*photos/a3\.png 2x3 .*one size$"
    ):
        load(_folder(ten), _SIZE, (0, 255))


def test_faults_of_many_files_are_counted(ten):
    for name in ("a2", "a5", "a7"):
        Image.fromarray(np.uint8([[0, 0, 9], [0, 0, 0]])).save(
            ten / f"masks/{name}.png"
        )
    with pytest.raises(
        DataError, match=r"has the value 9 in row 0, column 2 .*more\)$"
    ):
        load(_folder(ten, test_fraction=0.1), _SIZE, (0, 255))


def test_masks_of_one_class_alone_are_refused(save_pairs):
    root = save_pairs(**{f"a{number}": [[255, 255]] for number in range(5)})
    with pytest.raises(
        DataError, match=r"the class of value 255 alone: there is nothing"
    ):
        load(_folder(root), (1, 2), (0, 255))


def test_new_images_need_no_masks(ten):
    Image.fromarray(np.zeros((4, 6), np.uint8)).save(ten / "photos/ä.png")
    names, images, sizes = read_images(ten / "photos", _SIZE)
    assert names == [*(f"a{number}" for number in range(10)), "ä"]
    assert images.shape == (11, 2, 3, 3)
    assert sizes == [_SIZE] * 10 + [(4, 6)]
