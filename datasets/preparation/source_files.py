"""The original files of a data set: from the user's folder, or downloaded by TFDS.

TFDS takes a file from its `manual_dir` when a file with the name given in
`checksums.tsv` lies there, and downloads it otherwise; it checks the SHA-256 either
way. What this module adds is said before TFDS starts: a file that is missing or
damaged, or an address that does not answer, at which TFDS itself retries for minutes.
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

UrlInfos = Mapping[str, checksums.UrlInfo]


# File name -> SHA-256 or MD5, in hexadecimal digits, of a second valid version of it.
OtherVersions = Mapping[str, str]


_ANSWER_SECONDS = 5


_NO_OTHER_VERSIONS: OtherVersions = types.MappingProxyType({})


def find_manual_files(
    manual_dir: str | pathlib.Path,
    name: str,
    url_infos: UrlInfos,
    other_versions: OtherVersions = _NO_OTHER_VERSIONS,
) -> pathlib.Path:
    """Checks the files that the user has put into a folder.

    Args:
      manual_dir: the folder that `--manual_dir` names.
      name: name of the data set, and of its folder below `manual_dir`.
      url_infos: address -> name and SHA-256 of each file.
      other_versions: checksums of files that are as good as those of `url_infos`.

    Returns:
      The folder of the data set, which holds every file undamaged.

    Raises:
      DataError: the folder or a file is missing, or a file has another SHA-256.
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


def require_answer(
    download_dir: str | pathlib.Path, name: str, url_infos: UrlInfos
) -> None:
    """Checks that the addresses of the files not downloaded yet answer.

    Args:
      download_dir: TFDS's folder of downloads.
      name: name of the data set.
      url_infos: address -> name and SHA-256 of each file.

    Raises:
      DataError: an address does not answer within a few seconds.
    """
    folder = pathlib.Path(download_dir) / name
    for url, info in url_infos.items():
        if (folder / resource_lib.get_dl_fname(url, info.checksum)).is_file():
            continue
        if not _answers(url):
            raise DataError(_unreachable(url, name, _file_names(url_infos)))


def _answers(url: str) -> bool:
    try:
        response = requests.head(url, timeout=_ANSWER_SECONDS, allow_redirects=True)
    except requests.RequestException:
        return False
    # Other codes are left to the download, as some servers refuse HEAD alone.
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
    """Gets the files through TFDS: the manual ones, the cached ones or new ones.

    Args:
      dl_manager: TFDS's download manager.
      url_infos: address -> name and SHA-256 of each file.
      other_versions: checksums of files that are as good as those of `url_infos`. A
        builder that has some must set `MANUAL_DOWNLOAD_INSTRUCTIONS`: without it TFDS
        tells nobody its `manual_dir`.

    Returns:
      File name -> path.

    Raises:
      DataError: a download failed or has another SHA-256.
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
    """Gets a file without TFDS's check, which accepts one version only."""
    path = _manual_path(dl_manager, file_name)
    if path is None:
        # An empty fragment leads to the same file, but TFDS has no checksum for it.
        path = _download(dl_manager, {file_name: f"{url}#"})[file_name]
    return path


def _manual_path(
    dl_manager: tfds.download.DownloadManager, file_name: str
) -> pathlib.Path | None:
    try:
        path = dl_manager.manual_dir / file_name
    # This is how TFDS says that there is no such folder.
    except AssertionError:
        return None
    return path if path.is_file() else None


def _download(
    dl_manager: tfds.download.DownloadManager, urls: Mapping[str, str]
) -> dict[str, pathlib.Path]:
    try:
        return dl_manager.download(dict(urls))
    except download_manager.NonMatchingChecksumError as error:
        what = str(error).splitlines()[0].rstrip(":")
        raise DataError(
            f"{what}: the download was cut off or the file has changed; run again, or "
            "fetch the original by hand and pass --manual_dir"
        ) from error
    except (tfds.download.DownloadError, requests.RequestException) as error:
        raise DataError(
            f"a download failed ({error}): run again, or fetch the files by hand and "
            "pass --manual_dir"
        ) from error
