import hashlib

import pytest

from datasets.errors import DataError
from datasets.preparation.checksums import sha256


def test_the_checksum_is_that_of_the_whole_file(tmp_path):
    content = b"row\n" * 300_000
    path = tmp_path / "made.arff"
    path.write_bytes(content)
    assert sha256(path) == hashlib.sha256(content).hexdigest()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.arff cannot be read \(No such file"):
        sha256(tmp_path / "none.arff")
