"""The original files of a data set: from the user's folder, or downloaded by TFDS.

TFDS uses a file of its `manual_dir` if the name in `checksums.tsv` is found there, and
otherwise downloads it; in both cases it checks the SHA-256. This module adds checks
that fail before TFDS starts: for missing or damaged files, and for addresses that do
not answer, which TFDS itself would retry for minutes.
"""

import hashlib
import pathlib
import types
import urllib.parse
from collections.abc import Mapping

import requests
import tensorflow_datasets as tfds
from tensorflow_datasets.core.download import checksums, download_manager
from tensorflow_datasets.core.download import resource as resource_lib

from datasets.errors import DataError
from datasets.preparation.checksums import sha256

# Address -> name, size and SHA-256 of a file.
UrlInfos = Mapping[str, checksums.UrlInfo]

# File name -> SHA-256 or MD5, in hexadecimal digits, of a second valid version of it.
OtherVersions = Mapping[str, str]

_ANSWER_SECONDS = 5

_NO_OTHER_VERSIONS: OtherVersions = types.MappingProxyType({})


def own_url_infos(builder: tfds.core.DatasetBuilder) -> UrlInfos:
    """Returns the addresses, names and SHA-256 of a builder's source files.

    Args:
      builder: The builder. One whose configurations have files of their own names those
        of its configuration in `own_files`.
    """
    own = getattr(builder, "own_files", None)
    return {
        url: info
        for url, info in builder.url_infos.items()
        if own is None or info.filename in own
    }


def find_manual_files(
    manual_dir: str | pathlib.Path,
    name: str,
    url_infos: UrlInfos,
    other_versions: OtherVersions = _NO_OTHER_VERSIONS,
) -> pathlib.Path:
    """Checks the original files in the user's folder.

    Args:
      manual_dir: The folder given by `--manual_dir`.
      name: The name of the data set and of its folder below `manual_dir`, with that of
        a configuration: `mulan/yeast`.
      url_infos: The addresses, names and SHA-256 of the files.
      other_versions: The checksums of further valid versions of the files.

    Returns:
      The folder of the data set, in which all files are present and undamaged.

    Raises:
      DataError: The folder or a file is missing, or a file has another checksum.
    """
    folder = pathlib.Path(manual_dir).expanduser() / name
    if not folder.is_dir():
        raise DataError(
            f"the folder {folder} does not exist: --manual_dir must name the folder "
            f"that holds {name}/{_file_names(url_infos)[0]}"
        )
    for url, info in url_infos.items():
        _check_file(folder / info.filename, url, info, other_versions)
    return folder


def _check_file(
    path: pathlib.Path,
    url: str,
    info: checksums.UrlInfo,
    other_versions: OtherVersions,
) -> None:
    if not path.is_file():
        raise DataError(
            f"{path} is missing: fetch it from {url} into the folder given by "
            "--manual_dir"
        )
    try:
        actual = sha256(path)
        other = other_versions.get(info.filename)
        is_valid = actual == info.checksum or (other and _has_checksum(path, other))
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from error
    if not is_valid:
        raise DataError(
            f"{path} has SHA-256 {actual}, expected {info.checksum}: the file is "
            f"damaged or another version; fetch it again from {url}"
        )


def _has_checksum(path: pathlib.Path, expected: str) -> bool:
    is_md5 = len(expected) == 2 * hashlib.md5().digest_size
    algorithm = hashlib.md5 if is_md5 else hashlib.sha256
    return checksums.compute_url_info(path, algorithm).checksum == expected


def require_reachable(
    download_dir: str | pathlib.Path, name: str, url_infos: UrlInfos
) -> None:
    """Checks that the addresses of all files still to be downloaded are reachable.

    Args:
      download_dir: TFDS's folder of downloads.
      name: The name of the data set, with that of a configuration: `mulan/yeast`.
      url_infos: The addresses, names and SHA-256 of the files.

    Raises:
      DataError: An address does not answer within a few seconds.
    """
    # TFDS keeps the downloads of all configurations in one folder.
    folder = pathlib.Path(download_dir) / name.partition("/")[0]
    for url, info in url_infos.items():
        if (folder / resource_lib.get_dl_fname(url, info.checksum)).is_file():
            continue
        if not _is_reachable(url):
            raise DataError(_unreachable(url, name, _file_names(url_infos)))


def _is_reachable(url: str) -> bool:
    try:
        response = requests.head(url, timeout=_ANSWER_SECONDS, allow_redirects=True)
    except requests.RequestException:
        return False
    # Client errors are left to the download: some servers refuse only HEAD.
    return response.status_code < 500


def _unreachable(url: str, name: str, file_names: list[str]) -> str:
    return (
        f"{urllib.parse.urlsplit(url).netloc}, from which {name} is downloaded, does "
        "not answer (no network?): put "
        f"{', '.join(file_names)} into FOLDER/{name} and pass --manual_dir=FOLDER, or "
        "choose a synthetic task, which needs no download"
    )


def _file_names(url_infos: UrlInfos) -> list[str]:
    return [info.filename for info in url_infos.values()]


def download(
    dl_manager: tfds.download.DownloadManager,
    url_infos: UrlInfos,
    other_versions: OtherVersions = _NO_OTHER_VERSIONS,
) -> dict[str, pathlib.Path]:
    """Gets the files through TFDS: from the user's folder, its cache or the network.

    Args:
      dl_manager: TFDS's download manager.
      url_infos: The addresses, names and SHA-256 of the files.
      other_versions: The checksums of further valid versions of the files. A builder
        that has some must set `MANUAL_DOWNLOAD_INSTRUCTIONS`: without it TFDS does not
        disclose its `manual_dir`.

    Returns:
      File name -> path.

    Raises:
      DataError: A download failed, or a file has another checksum.
    """
    urls = {
        info.filename: url
        for url, info in url_infos.items()
        if info.filename not in other_versions
    }
    paths = _download(dl_manager, urls)
    for url, info in url_infos.items():
        if info.filename in other_versions:
            paths[info.filename] = _get_unchecked(dl_manager, url, info.filename)
            _check_file(paths[info.filename], url, info, other_versions)
    return paths


def _get_unchecked(
    dl_manager: tfds.download.DownloadManager, url: str, file_name: str
) -> pathlib.Path:
    """Gets a file without TFDS's check, which accepts only one version."""
    path = _manual_path(dl_manager, file_name)
    if path is None:
        # With an empty fragment the address is the same, but TFDS has no checksum.
        path = _download(dl_manager, {file_name: f"{url}#"})[file_name]
    return path


def _manual_path(
    dl_manager: tfds.download.DownloadManager, file_name: str
) -> pathlib.Path | None:
    try:
        path = dl_manager.manual_dir / file_name
    # TFDS raises this if there is no such folder.
    except AssertionError:
        return None
    return path if path.is_file() else None


def _download(
    dl_manager: tfds.download.DownloadManager, urls: Mapping[str, str]
) -> dict[str, pathlib.Path]:
    try:
        return dl_manager.download(dict(urls))
    except download_manager.NonMatchingChecksumError as error:
        reason = str(error).splitlines()[0].rstrip(":")
        raise DataError(
            f"{reason}: the download was cut off or the file has changed; run again, "
            "or fetch the original by hand and pass --manual_dir"
        ) from error
    except (tfds.download.DownloadError, requests.RequestException) as error:
        raise DataError(
            f"a download failed ({error}): run again, or fetch the files by hand and "
            "pass --manual_dir"
        ) from error
