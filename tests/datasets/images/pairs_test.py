import unicodedata

import pytest

from datasets.errors import DataError
from datasets.images.pairs import find_pictures, pair_pictures


@pytest.fixture
def folder(tmp_path):
    """Makes empty files: pairing uses names alone."""

    def make(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path

    return make


def _pair(root, **options):
    return pair_pictures(root / "photos", root / "masks", **options)


def test_pairs_have_one_name_below_their_folders(folder):
    root = folder(
        "photos/b.JPG", "photos/a.jpeg", "photos/dogs/a.png", "photos/notes.txt",
        "masks/a.png", "masks/dogs/a.TIF", "masks/b.bmp", "masks/.hidden/b.png",
        "masks/.b.png",
    )  # fmt: skip
    found = [
        (p.name, p.image.name, p.mask.relative_to(root).as_posix()) for p in _pair(root)
    ]
    assert found == [
        ("a", "a.jpeg", "masks/a.png"),
        ("b", "b.JPG", "masks/b.bmp"),
        ("dogs/a", "a.png", "masks/dogs/a.TIF"),
    ]


def test_letters_with_accents_pair_however_they_are_written(folder):
    name = "photos/Müller né.jpg"
    mask = "masks/Müller né.png"
    root = folder(
        unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", mask)
    )
    assert [pair.name for pair in _pair(root)] == ["Müller né"]


def test_dots_within_a_name_are_kept(folder):
    root = folder(
        "photos/v1.0.png", "photos/v1.1.png", "masks/v1.0.png", "masks/v1.1.png"
    )
    assert [pair.name for pair in _pair(root)] == ["v1.0", "v1.1"]


def test_excluded_folders_inside_of_others_are_skipped(folder):
    root = folder("photos/a.png", "photos/masks/a.png", "photos/test/b.png")
    pairs = pair_pictures(
        root / "photos", root / "photos/masks", excluded=[root / "photos/test"]
    )
    assert [pair.name for pair in pairs] == ["a"]


def test_links_to_folders_are_followed(folder):
    root = folder("photos/b/1.png", "disk/photos/2.png", "masks/a/2.png")
    folder("masks/b/1.png", "disk/photos/.thumbnails/2.png")
    (root / "photos/a").symlink_to(root / "disk/photos")
    assert [pair.name for pair in _pair(root)] == ["a/2", "b/1"]


def test_links_that_lead_back_are_skipped(folder):
    root = folder("photos/b/1.png", "disk/2.png")
    for link, target in (
        ("photos/a", "photos/b"),
        ("photos/b/loop", "photos"),
        ("photos/b/up", "photos/b"),
        ("photos/disk", "disk"),
        ("photos/twice", "disk"),
        ("disk/loop", "disk"),
        ("disk/back", "photos"),
    ):
        (root / link).symlink_to(root / target)
    assert list(find_pictures(root / "photos")) == ["b/1", "disk/2"]


def test_a_link_to_an_excluded_folder_is_skipped(folder):
    root = folder("photos/a.png", "test/b.png")
    (root / "photos/held out").symlink_to(root / "test")
    assert list(find_pictures(root / "photos", [root / "test"])) == ["a"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ("photos/a.png", "photos/b.jpg", "photos/c.jpg", "masks/a.png"),
            r"photos/b\.jpg has no mask: put b\.png into .*masks, .* \(and 1 more\)$",
        ),
        (
            ("photos/a.png", "masks/a.png", "masks/d/b.png"),
            r"masks/d/b\.png is the mask of no image: put d/b\.jpg or .* the mask$",
        ),
        (
            ("photos/a.png", "photos/a.JPG", "masks/a.png"),
            r"photos/a\.JPG and .*photos/a\.png have one name: remove one",
        ),
        (
            ("photos/a.png", "masks/a.jpg"),
            r"masks/a\.jpg is a JPEG, whose compression .*: save masks as PNG$",
        ),
        (("photos/a.png", "masks/a.webp"), r"masks holds no picture: .*\.png"),
        (("photos/a.png",), r"there is no folder .*masks"),
    ],
)
def test_files_without_a_partner_are_named_with_the_mend(folder, names, message):
    with pytest.raises(DataError, match=message):
        _pair(folder(*names))


def test_one_folder_for_both_is_refused(folder):
    root = folder("photos/a.png")
    with pytest.raises(DataError, match="a folder of their own"):
        pair_pictures(root / "photos", root / "photos" / ".." / "photos")


def test_pictures_are_found_by_name(folder):
    root = folder("b.gif", "a.bmp", "c/a.tiff")
    assert list(find_pictures(root)) == ["a", "b", "c/a"]
