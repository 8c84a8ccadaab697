"""How a reading child and its parent talk over a pipe: a length-prefixed JSON header and raw bytes. No pickle."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

from config.errors import ThubaoError

_SIZES = struct.Struct(">IQ")
HEADER_LIMIT = 64 * 1024 * 1024
PAYLOAD_LIMIT = 2 * 1024**3


class BrokenFrameError(ThubaoError):
    """The other side went away in the middle of a frame (`ended`), or sent something that is none."""

    def __init__(self, text: str, *, ended: bool = False) -> None:
        self.ended = ended
        super().__init__(text)


def write_frame(stream: BinaryIO, header: dict[str, Any], payload: bytes = b"") -> None:
    """Send one frame. OSError when the other side is gone."""
    encoded = json.dumps(header, ensure_ascii=False).encode()
    stream.write(_SIZES.pack(len(encoded), len(payload)) + encoded)
    if payload:
        stream.write(payload)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame; None when the other side closed between frames."""
    sizes = stream.read(_SIZES.size)
    if not sizes:
        return None
    if len(sizes) < _SIZES.size:
        raise BrokenFrameError("the pipe ended inside a frame", ended=True)
    header_size, payload_size = _SIZES.unpack(sizes)
    if header_size > HEADER_LIMIT or payload_size > PAYLOAD_LIMIT:
        raise BrokenFrameError("not a frame")
    header = _exactly(stream, header_size)
    payload = _exactly(stream, payload_size)
    try:
        decoded = json.loads(header)
    except ValueError as error:
        raise BrokenFrameError("not a frame") from error
    if not isinstance(decoded, dict):
        raise BrokenFrameError("not a frame")
    return decoded, payload


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise BrokenFrameError("the pipe ended inside a frame", ended=True)
    return data
