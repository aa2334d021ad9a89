import numpy as np
import pytest

_FEATURES, _LABELS = 2150, 208
# The set values of a row: a sparse file of 87,856 rows has the original's 73 MB.
_WORDS, _TAGS = 126, 2.03
_BLOCK_ROWS = 1000


@pytest.fixture
def write_made_file():
    """Writes a made file as wide as Bookmarks; returns features and labels."""

    def write(path, num_rows, dense):
        rng = np.random.default_rng(0)
        share = np.repeat([_WORDS / _FEATURES, _TAGS / _LABELS], [_FEATURES, _LABELS])
        bits = np.empty([num_rows, _FEATURES + _LABELS], bool)
        with path.open("w") as file:
            file.writelines(_header())
            for begin in range(0, num_rows, _BLOCK_ROWS):
                block = bits[begin : begin + _BLOCK_ROWS]
                block[:] = rng.random(block.shape, np.float32) < share
                file.write(_dense_text(block) if dense else _sparse_text(block))
        return np.split(bits.view(np.uint8), [_FEATURES], axis=1)

    return write


def _header():
    yield "@relation made\n\n"
    yield from (f"@attribute word{i} {{0,1}}\n" for i in range(_FEATURES))
    yield from (f"@attribute TAG_{i} {{0,1}}\n" for i in range(_LABELS))
    yield "\n@data\n"


def _dense_text(bits):
    text = np.full([len(bits), 2 * bits.shape[1]], ord(","), np.uint8)
    text[:, 0::2] = ord("0") + bits
    text[:, -1] = ord("\n")
    return text.tobytes().decode()


def _sparse_text(bits):
    pairs = np.array([f"{i} 1" for i in range(bits.shape[1])], object)
    return "".join("{" + ",".join(pairs[row]) + "}\n" for row in bits)
