"""Lossless JPEG streams are refused before their decoder meets a contradiction."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcal_xray.errors import UnreadableRadiographError
from microcal_xray.loading.lossless_jpeg import require_sound_stream

TABLE = bytes([0xFF, 0xC4, 0, 22, 0, 0, 3, *[0] * 14, 0, 1, 2])
FRAME = bytes([0xFF, 0xC3, 0, 11, 12, 0, 8, 0, 8, 1, 1, 0x11, 0])
SCAN = bytes([0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0])
CODES = bytes([0x12, 0xFF, 0, 0x34, 0xFF, 0xD0, 0x56])
COMMENT = bytes([0xFF, 0xFE, 0, 4, 1, 2])
START, END = b"\xff\xd8", b"\xff\xd9"
SOUND = START + TABLE + FRAME + SCAN + CODES + END


@pytest.mark.parametrize(
    "stream",
    [
        SOUND,
        START + COMMENT + FRAME + COMMENT + TABLE + SCAN + CODES + END,
        START + b"\xff" + TABLE + FRAME + SCAN + CODES + b"\xff" + END,  # fill bytes, T.81 B.1.1.2
        SOUND + b"\0",  # padded to an even length
        START
        + TABLE
        + TABLE[:4]
        + b"\x10"
        + TABLE[5:-1]
        + b"\xf0"
        + FRAME
        + SCAN
        + CODES
        + END,  # a table unused
    ],
)
def test_a_sound_stream_passes(stream):
    require_sound_stream(stream)


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"", "no start"),
        (TABLE, "no start"),
        (START, "too soon"),
        (SOUND[:-2], "no end"),
        (START + TABLE + b"\0\0" + FRAME + SCAN + CODES + END, "between two segments"),
        (START + TABLE + FRAME + FRAME + SCAN + CODES + END, "two frame headers"),
        (START + TABLE + SCAN + CODES + END, "before its frame header"),
        (START + FRAME + SCAN + CODES + END, "tables that are not there"),
        (START + TABLE + FRAME + SCAN.replace(b"\1\1", b"\1\7") + CODES + END, "components"),
        (START + TABLE + FRAME + SCAN[:-3] + b"\x09\0\0" + CODES + END, "predictor"),
        (START + TABLE + FRAME + b"\xff\xda\xff\xff" + SCAN[4:] + CODES + END, "longer than the stream"),
        (START + TABLE.replace(b"\0\3\0", b"\3\0\0") + FRAME + SCAN + CODES + END, "more codes"),
        (START + TABLE[:-1] + b"\x44" + FRAME + SCAN + CODES + END, "codes for nothing"),
        (START + TABLE + FRAME.replace(b"\x11", b"\x22") + SCAN + CODES + END, "several sizes"),
        (START + TABLE + FRAME.replace(b"\x0c", b"\x1f") + SCAN + CODES + END, "frame header"),
        (START + TABLE + FRAME + b"\xff\xd9", "longer than the stream|no place|too soon"),
    ],
)
def test_a_contradiction_is_refused_by_name(stream, reason):
    with pytest.raises(UnreadableRadiographError, match=reason):
        require_sound_stream(stream)


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_whatever_one_byte_becomes_it_passes_or_is_refused(place, value):
    spoiled = np.frombuffer(SOUND, np.uint8).copy()
    spoiled[place] = value
    with contextlib.suppress(UnreadableRadiographError):  # and nothing else
        require_sound_stream(spoiled.tobytes())
