"""Prepares and loads a made file of the original's size; a minute and 0.7 GB of disk.

LDRSP_FULL_SIZE=1 python -m pytest -s tests/datasets/bookmarks/full_size_test.py
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from datasets.bookmarks import bookmarks_dataset_builder
from datasets.preparation.checksums import array_checksums

pytestmark = pytest.mark.skipif(
    "LDRSP_FULL_SIZE" not in os.environ,
    reason="takes a minute: set LDRSP_FULL_SIZE=1 to run it",
)

_PROJECT = pathlib.Path(__file__).parents[3]
_MEMORY_BYTES = 1.5e9

# A process of its own: its peak memory is that of preparing and loading alone.
_LOAD = """
import json, resource, sys, time
from unittest import mock
from datasets import loading
from datasets.bookmarks.bookmarks_dataset_builder import Builder
from datasets.preparation.checksums import array_checksums
from tensorflow_datasets.core.download import checksums

manual_dir, data_dir = sys.argv[1:]
(url,) = Builder.url_infos
info = checksums.compute_url_info(f"{manual_dir}/bookmarks/bookmarks.arff")
begin = time.perf_counter()
with mock.patch.object(Builder, "url_infos", {url: info}):
    data = loading.load("bookmarks", data_dir=data_dir, manual_dir=manual_dir)
seconds = time.perf_counter() - begin
print(json.dumps({
    "prepare_seconds": data.prepare_seconds,
    "load_seconds": seconds - data.prepare_seconds,
    "peak_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    "arrays": array_checksums(data.splits),
}))
"""


@pytest.fixture
def folder(tmp_path):
    yield tmp_path
    # Pytest would keep the folder for three more runs.
    shutil.rmtree(tmp_path)


def _load(manual_dir, data_dir):
    process = subprocess.run(
        [sys.executable, "-c", _LOAD, str(manual_dir), str(data_dir)],
        cwd=_PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(process.stdout)


def _expected_arrays(features, labels):
    splits, begin = {}, 0
    for split, source in bookmarks_dataset_builder.Builder.SPLITS.items():
        rows = slice(begin, begin + source.num_rows)
        splits[split] = {"features": features[rows], "labels": labels[rows]}
        begin = rows.stop
    return array_checksums(splits)


@pytest.mark.parametrize("dense", [False, True])
def test_a_file_of_the_full_size_is_loaded_in_little_memory(
    write_made_file, folder, dense
):
    path = folder / "manual" / "bookmarks" / "bookmarks.arff"
    path.parent.mkdir(parents=True)
    expected = _expected_arrays(*write_made_file(path, 87856, dense))
    for what in ("prepared and loaded", "loaded again"):
        measured = _load(folder / "manual", folder / "prepared")
        arrays = measured.pop("arrays")
        print(f"\n{'dense' if dense else 'sparse'}, {what}: {measured}")
        assert arrays == expected
        assert measured["peak_bytes"] < _MEMORY_BYTES
    assert measured["prepare_seconds"] == 0
