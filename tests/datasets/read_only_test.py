import json
import shutil

import pytest

from tests.datasets import another_load


@pytest.mark.slow
def test_original_files_need_not_be_writable(
    real_data_dir, run_obediently, make_read_only, tmp_path
):
    manual = tmp_path / "manual"
    shutil.copytree(real_data_dir / "bibtex", manual / "bibtex")
    before = sorted(path.name for path in manual.rglob("*"))
    make_read_only(manual)
    process = run_obediently(
        another_load.__name__, "bibtex", str(tmp_path / "data"), str(manual)
    )
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["test"] == 2515
    assert sorted(path.name for path in manual.rglob("*")) == before
