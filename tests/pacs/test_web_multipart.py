"""The first part of a multipart answer, however it is cut."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from microcal_xray.pacs.multipart import BrokenMultipartError, first_part

BOUNDARY = "a-b"


def cut(content, places):
    ends = sorted({min(place, len(content)) for place in places} | {len(content)})
    return [content[start:end] for start, end in zip([0, *ends], ends, strict=False)]


# Letters of the boundary itself, so that near misses are frequent.
@given(
    content=st.lists(st.sampled_from([b"\r", b"\n", b"-", b"a", b"b", b"\0", b"\r\n--a-", b"--"])).map(
        b"".join
    ),
    places=st.lists(st.integers(0, 120)),
    preamble=st.sampled_from([b"", b"\r\n", b"to be overlooked\r\n"]),
    headers=st.sampled_from([b"\r\n", b"Content-Type: application/dicom\r\nX: y\r\n\r\n"]),
)
def test_the_part_comes_back_byte_for_byte(content, places, preamble, headers):
    assume(b"\r\n--a-b" not in content + b"\r\n--a-")  # no sender may choose such a boundary
    whole = preamble + b"--a-b\r\n" + headers + content + b"\r\n--a-b--\r\n"
    assert b"".join(first_part(iter(cut(whole, places)), BOUNDARY)) == content


@given(content=st.binary(max_size=60), length=st.integers(0, 40))
def test_a_part_that_ends_too_early_is_never_whole(content, length):
    whole = b"--a-b\r\nA: b\r\n\r\n" + content.replace(b"--a-b", b"")
    with pytest.raises(BrokenMultipartError):
        b"".join(first_part(iter([whole[:length], whole[length:]]), BOUNDARY))


@pytest.mark.parametrize("boundary", [None, "", "x" * 201])
def test_a_boundary_that_is_none_is_refused(boundary):
    with pytest.raises(BrokenMultipartError, match="no boundary"):
        list(first_part(iter([b"--\r\n\r\n"]), boundary))


def test_what_never_begins_is_not_read_for_ever():
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 1000

    with pytest.raises(BrokenMultipartError, match="does not begin"):
        list(first_part(endless(), BOUNDARY))
    assert taken < 100


def test_little_is_held_of_a_long_part():
    longest = max(len(each) for each in first_part(parts(), BOUNDARY))
    assert longest < 2 * 1000 + len(BOUNDARY)


def parts():
    yield b"--a-b\r\n\r\n"
    for _ in range(1000):
        yield b"x" * 1000
    yield b"\r\n--a-b--"
