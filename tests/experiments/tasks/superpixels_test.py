import hashlib
import io
import sys
import tarfile

import numpy as np
import pytest

from datasets.errors import DataError
from datasets.images.decoding import decode
from datasets.images.downsampling import shrink_mask
from datasets.lfw_parts import archives, name_lists, part_masks, superpixels
from datasets.loading import LoadedData
from experiments.tasks import superpixels as module
from experiments.tasks.superpixels import OFFICIAL, PROXY, superpixel_metrics
from ldrsp_tf.evaluation.superpixels import decide_enlarged, superpixel_accuracy

_NAMES = np.array(["Made_Up_0002", "Any_Body_Jr_0012"])
_FOLDER = superpixels.ARCHIVE.removesuffix(".tgz")
_QUARTERS = np.add.outer(2 * (np.arange(250) >= 125), np.arange(250) >= 125)


def _one_hot(classes):
    return np.eye(3, dtype=np.float32)[classes]


@pytest.fixture
def faces(monkeypatch):
    """Two made photographs; a list of what was asked of their originals."""
    rng = np.random.default_rng(0)
    # The upper left quarter is skin in both, the lower right one hair in the second.
    masks = np.zeros((2, 250, 250), np.uint8)
    masks[:, :125, :125] = 1
    masks[1, 125:, 125:] = 2
    colours = np.array([[40, 60, 90], [200, 150, 120], [20, 20, 20]])[masks]
    noise = rng.integers(-8, 9, colours.shape)
    full = {
        "full_mask": masks,
        "full_image": np.clip(colours + noise, 0, 255).astype(np.uint8),
    }
    asked = []

    def load(name, *, data_dir, features, splits):
        assert (name, data_dir, tuple(splits)) == ("lfw_parts", "prepared", ("test",))
        asked.extend(features)
        return LoadedData(name, {"test": {f: full[f] for f in features}}, {}, 0.0)

    monkeypatch.setattr(module, "load", load)
    return LoadedData("lfw_parts", {"test": {"name": _NAMES}}, {}, 0.0), masks, asked


@pytest.fixture
def archive(tmp_path):
    """The folder of an archive in which the four quarters are the superpixels."""
    path = tmp_path / "lfw_parts" / superpixels.ARCHIVE
    path.parent.mkdir()
    content = "\n".join(" ".join(map(str, row)) for row in _QUARTERS).encode()
    with tarfile.open(path, "w:gz") as tar:
        for name in _NAMES[::-1]:
            person = name.rpartition("_")[0]
            info = tarfile.TarInfo(f"{_FOLDER}/{person}/{name}.dat")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def test_with_the_archive_it_is_the_official_accuracy(faces, archive):
    data, masks, asked = faces
    folder = str(archive.parents[1])
    further = superpixel_metrics(data, "prepared", folder)
    small = np.stack([shrink_mask(mask, (32, 32), 3) for mask in masks])
    assert asked == []  # Originals wait until the training is over.
    assert further.measure(_one_hot(small)) == {OFFICIAL: 1.0}
    # All background is right in 3 and in 2 of the 4 quarters.
    background = _one_hot(np.zeros_like(small))
    assert further.measure(background) == {OFFICIAL: 5 / 8}
    assert asked == ["full_mask"]
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert further.checksums == {superpixels.ARCHIVE: sha256}
    assert "official superpixels" in further.notes[0]


def test_a_damaged_archive_shows_before_the_training(faces, archive):
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(DataError, match=superpixels.ARCHIVE):
        superpixel_metrics(faces[0], "prepared", str(archive.parents[1]))


@pytest.mark.parametrize("with_folder", [True, False])
def test_without_the_archive_it_is_a_proxy_of_its_own_name(
    faces, tmp_path, with_folder
):
    skimage = pytest.importorskip(
        "skimage", reason='needs pip install -e ".[superpixels]"'
    )
    data, masks, asked = faces
    folder = str(tmp_path) if with_folder else None
    further = superpixel_metrics(data, "prepared", folder)
    assert asked == []
    small = np.stack([shrink_mask(mask, (32, 32), 3) for mask in masks])
    measured = further.measure(_one_hot(small))
    assert measured.keys() == {PROXY}
    assert measured[PROXY] > 0.98
    background = further.measure(_one_hot(np.zeros_like(small)))
    assert 0.3 < background[PROXY] < 0.8  # 5 of 8 quarters, of unequally many regions.
    # Segmented once for both.
    assert sorted(asked) == ["full_image", "full_mask"]
    assert further.versions == {"scikit-image": skimage.__version__}
    assert "proxy" in further.notes[0]
    assert superpixels.ARCHIVE in further.notes[0]


def test_with_neither_it_is_left_out_and_the_mend_is_named(faces, monkeypatch):
    monkeypatch.delitem(sys.modules, "datasets.lfw_parts.slic", raising=False)
    for name in ("skimage", "skimage.segmentation"):
        monkeypatch.setitem(sys.modules, name, None)
    further = superpixel_metrics(faces[0], "prepared", None)
    assert further.measure(np.zeros((2, 32, 32, 3), np.float32)) == {}
    (note,) = further.notes
    assert note.startswith("Superpixel accuracy is left out: ")
    assert 'pip install -e ".[superpixels]"' in note
    assert superpixels.ARCHIVE in note


def test_enlarging_inverts_the_downsampling_by_areas():
    # A disc in a disc, not in the middle; as large as a face and its hair.
    rows, columns = np.mgrid[:250, :250] + 0.5
    distance = np.hypot(rows - 140.0, columns - 115.0)
    full = np.digitize(-distance, [-95.0, -60.0]).astype(np.uint8)
    small = _one_hot(shrink_mask(full, (32, 32), num_classes=3))
    (enlarged,) = decide_enlarged(small[None], (250, 250))
    right = np.mean(enlarged == full)
    assert right > 0.97
    # A small pixel is 7.8 wide. No shift by a quarter of it is nearer.
    for axis in (0, 1):
        for shift in (-2, 2):
            assert np.mean(np.roll(enlarged, shift, axis) == full) < right - 0.003


def _real_faces(folder, number):
    """Photographs and masks of the first test faces, [N, 250, 250, ...]."""
    names = name_lists.read_names(folder / "parts_test.txt")[:number]
    images = {
        f"lfw_funneled/{name_lists.person(name)}/{name}.jpg": name for name in names
    }
    masks = {f"parts_lfw_funneled_gt_images/{name}.ppm": name for name in names}
    jpegs = dict(archives.read_members(folder / "lfw-funneled.tgz", images))
    ppms = dict(
        archives.read_members(folder / "parts_lfw_funneled_gt_images.tgz", masks)
    )
    return (
        np.stack([decode(jpegs[name], name, "RGB", (250, 250)) for name in names]),
        np.stack([part_masks.decode(ppms[name], name) for name in names]),
    )


@pytest.mark.slow
def test_perfect_small_masks_of_real_faces_lose_little(real_data_dir):
    folder = real_data_dir / "lfw_parts"
    if not folder.is_dir():
        pytest.skip(f"no original faces: {folder} does not exist")
    slic = pytest.importorskip(
        "datasets.lfw_parts.slic", reason='needs pip install -e ".[superpixels]"'
    )
    images, masks = _real_faces(folder, 12)
    small = _one_hot(np.stack([shrink_mask(mask, (32, 32), 3) for mask in masks]))
    regions = slic.slic_regions(images)
    accuracy = superpixel_accuracy(decide_enlarged(small, (250, 250)), masks, regions)
    assert 0.985 < accuracy < 1.0  # 99.4 % over all test faces.
