import contextlib
import hashlib
import http.server
import socket
import threading
from unittest import mock

import pytest
from tensorflow_datasets.core.download import checksums, download_manager
from tensorflow_datasets.core.download import resource as resource_lib

from datasets.errors import DataError
from datasets.preparation import source_files

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
def serve():
    """Returns a function that starts a server of some content, at an address."""
    with contextlib.ExitStack() as servers:
        yield lambda content=b"": servers.enter_context(_server(content))


@contextlib.contextmanager
def _server(content):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(503 if "broken" in self.path else 200)
            self.end_headers()

        def do_GET(self):
            self.do_HEAD()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.01]).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _download_manager(download_dir, url_infos, manual_dir):
    return download_manager.DownloadManager(
        download_dir=download_dir,
        manual_dir=manual_dir,
        manual_dir_instructions="Put the files here.",
        url_infos=url_infos,
        dataset_name="made",
    )


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
        source_files.require_reachable(tmp_path, "made", _url_infos(closed_url))
    for part in ("--manual_dir=FOLDER", "FOLDER/made", "made.arff", "synthetic"):
        assert part in str(error.value)


def test_a_broken_server_counts_as_unreachable(tmp_path, serve):
    with pytest.raises(DataError, match="does not answer"):
        source_files.require_reachable(
            tmp_path, "made", _url_infos(serve() + "/broken")
        )


def test_a_reachable_address_passes(tmp_path, serve):
    source_files.require_reachable(tmp_path, "made", _url_infos(serve() + "/made.arff"))


def test_files_in_the_cache_need_no_reachable_address(tmp_path, closed_url):
    infos = _url_infos(closed_url)
    file_name = resource_lib.get_dl_fname(closed_url, infos[closed_url].checksum)
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / file_name).write_bytes(_CONTENT)
    source_files.require_reachable(tmp_path, "made", infos)


@pytest.mark.parametrize("in_manual_dir", [True, False])
def test_tfds_takes_manual_and_cached_files_without_a_network(
    tmp_path, closed_url, in_manual_dir
):
    """Pins the places in which TFDS looks for files, on which our checks rely."""
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
    manager = _download_manager(tmp_path, infos, tmp_path / "manual")
    assert source_files.download(manager, infos) == {"made.arff": path}


@pytest.mark.parametrize("algorithm", [hashlib.sha256, hashlib.md5])
def test_another_valid_version_is_accepted_in_the_manual_folder(tmp_path, algorithm):
    path = tmp_path / "made" / "made.arff"
    path.parent.mkdir()
    path.write_bytes(b"other version")
    versions = {"made.arff": algorithm(b"other version").hexdigest()}
    infos = _url_infos()
    assert (
        source_files.find_manual_files(tmp_path, "made", infos, versions) == path.parent
    )
    manager = _download_manager(tmp_path, infos, path.parent)
    assert source_files.download(manager, infos, versions) == {"made.arff": path}
    path.write_bytes(b"no version")
    for check in (
        lambda: source_files.find_manual_files(tmp_path, "made", infos, versions),
        lambda: source_files.download(manager, infos, versions),
    ):
        with pytest.raises(DataError, match="damaged or another version"):
            check()


@pytest.mark.parametrize("content", [_CONTENT, b"other version", b"damaged"])
def test_any_valid_version_may_be_downloaded(tmp_path, serve, content):
    url = f"{serve(content)}/made.arff"
    infos = _url_infos(url)
    versions = {"made.arff": hashlib.md5(b"other version").hexdigest()}
    manager = _download_manager(tmp_path, infos, tmp_path / "nowhere")
    if content == b"damaged":
        with pytest.raises(DataError, match="damaged or another version"):
            source_files.download(manager, infos, versions)
    else:
        paths = source_files.download(manager, infos, versions)
        assert paths["made.arff"].read_bytes() == content


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
