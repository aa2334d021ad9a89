import hashlib
import http.server
import socket
import threading
from unittest import mock

import pytest
from tensorflow_datasets.core.download import checksums, download_manager
from tensorflow_datasets.core.download import resource as resource_lib

from datasets import source_files
from datasets.errors import DataError

_CONTENT = b"made"


def _url_infos(url="http://127.0.0.1:1/made.arff"):
    info = checksums.UrlInfo(
        size=len(_CONTENT),
        checksum=hashlib.sha256(_CONTENT).hexdigest(),
        filename="made.arff",
    )
    return {url: info}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def closed_url():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}/made.arff"


@pytest.fixture
def server_url():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(503 if "broken" in self.path else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.01]).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_finds_undamaged_manual_files(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "made.arff").write_bytes(_CONTENT)
    assert source_files.find_manual_files(tmp_path, "made", _url_infos()) == folder


def test_a_missing_manual_folder_is_named(tmp_path):
    with pytest.raises(DataError, match="--manual_dir") as error:
        source_files.find_manual_files(tmp_path, "made", _url_infos())
    assert f"{tmp_path / 'made'} does not exist" in str(error.value)


def test_a_missing_manual_file_is_named(tmp_path):
    (tmp_path / "made").mkdir()
    with pytest.raises(DataError, match="--manual_dir") as error:
        source_files.find_manual_files(tmp_path, "made", _url_infos())
    assert f"{tmp_path / 'made' / 'made.arff'} is missing" in str(error.value)


def test_a_damaged_manual_file_is_named_with_both_checksums(tmp_path):
    path = tmp_path / "made" / "made.arff"
    path.parent.mkdir()
    path.write_bytes(b"other")
    with pytest.raises(DataError, match="fetch it again from http") as error:
        source_files.find_manual_files(tmp_path, "made", _url_infos())
    for part in (
        str(path),
        *(hashlib.sha256(b).hexdigest() for b in (b"other", _CONTENT)),
    ):
        assert part in str(error.value)


def test_an_address_that_does_not_answer_is_named_with_the_mend(tmp_path, closed_url):
    with pytest.raises(DataError, match=r"127\.0\.0\.1:.* does not answer") as error:
        source_files.require_answer(tmp_path, "made", _url_infos(closed_url))
    for part in ("--manual_dir=FOLDER", "FOLDER/made", "made.arff", "synthetic"):
        assert part in str(error.value)


def test_a_broken_server_counts_as_no_answer(tmp_path, server_url):
    with pytest.raises(DataError, match="does not answer"):
        source_files.require_answer(
            tmp_path, "made", _url_infos(server_url + "/broken")
        )


def test_an_address_that_answers_passes(tmp_path, server_url):
    source_files.require_answer(tmp_path, "made", _url_infos(server_url + "/made.arff"))


def test_what_was_downloaded_before_needs_no_answer(tmp_path, closed_url):
    infos = _url_infos(closed_url)
    file_name = resource_lib.get_dl_fname(closed_url, infos[closed_url].checksum)
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / file_name).write_bytes(_CONTENT)
    source_files.require_answer(tmp_path, "made", infos)


@pytest.mark.parametrize("in_manual_dir", [True, False])
def test_tfds_takes_manual_and_cached_files_without_a_network(
    tmp_path, closed_url, in_manual_dir
):
    """Pins where TFDS looks, on which the checks before it are built."""
    infos = _url_infos(closed_url)
    cached = resource_lib.get_dl_fname(closed_url, infos[closed_url].checksum)
    folder, file_name = ("manual", "made.arff") if in_manual_dir else ("made", cached)
    path = tmp_path / folder / file_name
    path.parent.mkdir()
    path.write_bytes(_CONTENT)
    if not in_manual_dir:
        resource_lib.write_info_file(
            url=closed_url,
            path=path,
            dataset_name="made",
            original_fname="made.arff",
            url_info=infos[closed_url],
        )
    manager = download_manager.DownloadManager(
        download_dir=tmp_path,
        manual_dir=tmp_path / "manual",
        url_infos=infos,
        dataset_name="made",
    )
    assert source_files.download(manager, infos) == {"made.arff": path}


def test_a_download_with_another_checksum_is_explained():
    manager = mock.Mock()
    manager.download.side_effect = download_manager.NonMatchingChecksumError(
        "Artifact http://made, downloaded to made.arff, has wrong checksum:\n* Expected"
    )
    with pytest.raises(DataError, match=r"Artifact http://made.*--manual_dir") as error:
        source_files.download(manager, _url_infos())
    assert "\n" not in str(error.value)


def test_a_download_that_fails_is_explained():
    manager = mock.Mock()
    manager.download.side_effect = source_files.requests.ConnectionError("reset")
    with pytest.raises(DataError, match=r"failed \(reset\).*--manual_dir"):
        source_files.download(manager, _url_infos())
