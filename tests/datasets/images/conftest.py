import struct
import zlib

import numpy as np
import pytest

_COLOUR_TYPES = {2: 4, 3: 2, 4: 6}  # By the number of channels.


@pytest.fixture(scope="session")
def png_of_16_bits():
    """Makes a PNG of `[H, W, C]` with C of 2 to 4, which Pillow cannot write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    def make(pixels: np.ndarray) -> bytes:
        height, width, channels = pixels.shape
        kind = _COLOUR_TYPES[channels]
        size = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
        rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
        parts = ((b"IHDR", size), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)

    return make
