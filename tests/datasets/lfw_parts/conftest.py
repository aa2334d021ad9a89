import io
import tarfile

import pytest


@pytest.fixture
def write_archive():
    """Returns a function that writes files, name -> content, into a tar archive."""

    def write(path, files):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w:gz") as archive:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return path

    return write
