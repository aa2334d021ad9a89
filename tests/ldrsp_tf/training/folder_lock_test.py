import subprocess
import sys

import pytest

from ldrsp_tf.errors import UsageError
from ldrsp_tf.training.folder_lock import claim_folder, hold_folder


def test_a_folder_is_claimed_once_until_it_is_given_back(tmp_path):
    first = claim_folder(tmp_path / "new")
    assert claim_folder(tmp_path / "new") is None
    first.close()
    again = claim_folder(tmp_path / "new")
    assert again is not None
    again.close()


def test_a_child_holds_what_its_parent_has_given_up(tmp_path):
    with claim_folder(tmp_path) as lock:
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"],
            stdin=subprocess.PIPE,
            pass_fds=(lock.fileno(),),
        )
    assert claim_folder(tmp_path) is None
    child.communicate(b"\n")
    claim_folder(tmp_path).close()


def test_a_folder_that_somebody_holds_is_refused(tmp_path):
    with hold_folder(tmp_path, "name"):
        assert (tmp_path / "name").exists()
        with pytest.raises(UsageError, match=r"Another process .*; wait .* choose me"):
            hold_folder(tmp_path, "name", "me")
    hold_folder(tmp_path, "name").close()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file/below cannot be written .*choose me"):
        hold_folder(tmp_path / "file" / "below", instead="me")
