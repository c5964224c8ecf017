"""Pictures without a library: reads and writes PNG files, shrinks them, and paints one to shrink.

A real service takes Pillow. This is here so that the demo has honest work for a processor and needs nothing
installed.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from itertools import pairwise

#: Stands for the picture that `paint` makes.
SAMPLE = "sample"
#: Most pixels of a picture; more would only make the demo slow.
MOST_PIXELS = 16_000_000

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Samples per pixel by the colour type of a PNG header: grey, RGB, grey with alpha, RGB with alpha.
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of 8-bit samples, `channels` to the pixel."""

    width: int
    height: int
    channels: int
    rows: list[bytes]


def paint(width: int = 960, height: int = 640) -> Picture:
    """Paint a sun that sets over water."""
    sun_x, sun_y, radius = width * 0.62, height * 0.42, height * 0.14
    rows = []
    for y in range(height):
        row = bytearray()
        glow = 1 - abs(y - sun_y) / height
        water = y > height * 0.6
        for x in range(width):
            near = ((x - sun_x) ** 2 + (y - sun_y) ** 2) ** 0.5
            if near < radius and not water:
                row += b"\xff\xe0\x90"
                continue
            wave = 24 * ((x // 3 + y * y // 97) % 5 == 0) if water else 0
            light = max(0.0, 1 - near / width)
            row += bytes((min(255, int(60 + 190 * glow * light) + wave), int(40 + 110 * glow * light), 90 + wave))
        rows.append(bytes(row))
    return Picture(width, height, 3, rows)


def shrink(image: Picture, width: int) -> Picture:
    """Return the picture at a smaller width: each new pixel is the mean of those it stands for."""
    if width < 1:
        raise ValueError(f"a picture of width {width} shows nothing")
    width = min(width, image.width)
    height = max(1, round(image.height * width / image.width))
    edges_x = [image.width * x // width for x in range(width + 1)]
    edges_y = [image.height * y // height for y in range(height + 1)]
    rows = []
    for top, bottom in pairwise(edges_y):
        band = image.rows[top : max(bottom, top + 1)]
        row = bytearray()
        for left, right in pairwise(edges_x):
            for channel in range(image.channels):
                start, stop = left * image.channels + channel, right * image.channels
                samples = [line[start : stop : image.channels] for line in band]
                row.append(sum(map(sum, samples)) // sum(map(len, samples)))
        rows.append(bytes(row))
    return Picture(width, height, image.channels, rows)


def write_png(image: Picture) -> bytes:
    """Return the picture as a PNG file (the format is ISO/IEC 15948)."""
    kind = next(kind for kind, channels in _CHANNELS.items() if channels == image.channels)
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in image.rows), 6)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def read_png(data: bytes) -> Picture:
    """Return the picture in a PNG file of 8-bit grey or RGB; raises ValueError for any other."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("that is no PNG file")
    chunks: dict[bytes, bytes] = {}
    position = len(_SIGNATURE)
    while position + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[position : position + 8])
        chunks[name] = chunks.get(name, b"") + data[position + 8 : position + 8 + size]
        position += size + 12
    try:
        width, height, bits, kind, _, _, laced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
        packed = chunks[b"IDAT"]
    except (KeyError, struct.error):
        raise ValueError("that PNG file is cut off") from None
    if bits != 8 or laced or kind not in _CHANNELS or width * height > MOST_PIXELS:
        raise ValueError("only 8-bit grey or RGB pictures without interlacing, up to 16 million pixels, are understood")
    return Picture(width, height, _CHANNELS[kind], _rows(packed, width * _CHANNELS[kind], height, _CHANNELS[kind]))


def _rows(packed: bytes, stride: int, height: int, channels: int) -> list[bytes]:
    """Unpack the rows and undo their filters."""
    unpacker = zlib.decompressobj()
    raw = unpacker.decompress(packed, (stride + 1) * height)
    if len(raw) < (stride + 1) * height:
        raise ValueError("that PNG file is cut off")
    rows: list[bytes] = []
    above = bytes(stride)
    for start in range(0, len(raw), stride + 1):
        line = bytearray(raw[start + 1 : start + 1 + stride])
        _undo_filter(raw[start], line, above, channels)
        above = bytes(line)
        rows.append(above)
    return rows


def _undo_filter(kind: int, line: bytearray, above: bytes, channels: int) -> None:
    """Turn differences back into samples: to the left (1), above (2), their mean (3), or the nearest guess (4)."""
    if kind == 0:
        return
    for i, value in enumerate(line):
        left = line[i - channels] if i >= channels else 0
        corner = above[i - channels] if i >= channels else 0
        line[i] = (value + _guess(kind, left, above[i], corner)) & 0xFF


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 2:
        return up
    if kind == 3:
        return (left + up) // 2
    estimate = left + up - corner
    return min((left, up, corner), key=lambda sample: abs(estimate - sample))
