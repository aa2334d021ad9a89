import shutil

import pytest

_LOAD = """
import sys
from datasets import loading
data = loading.load("bibtex", data_dir=sys.argv[1], manual_dir=sys.argv[2])
sys.exit(len(data.splits["test"]["labels"]) != 2515)
"""


@pytest.mark.slow
def test_original_files_need_not_be_writable(
    real_data_dir, run_obediently, make_read_only, tmp_path
):
    manual = tmp_path / "manual"
    shutil.copytree(real_data_dir / "bibtex", manual / "bibtex")
    before = sorted(path.name for path in manual.rglob("*"))
    make_read_only(manual)
    process = run_obediently("-c", _LOAD, str(tmp_path / "data"), str(manual))
    assert process.returncode == 0, process.stderr
    assert sorted(path.name for path in manual.rglob("*")) == before
