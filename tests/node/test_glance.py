"""The glance at a received object against pydicom, and against objects that are none."""

import contextlib
import io
import tracemalloc

import pydicom
import pytest
from hostile_peers import explicit, items_without_end, radiograph, sequences_in_sequences
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.sequence import Sequence

from microcal_xray.errors import UnreadableRadiographError
from microcal_xray.node.glance import Glance, glance


def seen(data, *, is_implicit=False):
    return glance(io.BytesIO(data), start=0, is_implicit=is_implicit)


def encoded(dataset, *, is_implicit):
    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = is_implicit, True
    write_dataset(buffer, dataset)
    return buffer.getvalue()


def nested(depth, *, undefined):
    inner = Dataset()
    inner.CodeValue = "1"
    for _ in range(depth):
        outer = Dataset()
        outer.ConceptNameCodeSequence = Sequence([inner, Dataset()])
        outer["ConceptNameCodeSequence"].is_undefined_length = undefined
        for each in outer.ConceptNameCodeSequence:
            each.is_undefined_length_sequence_item = undefined
        inner = outer
    return inner


@settings(max_examples=30)
@given(
    is_implicit=st.booleans(),
    undefined=st.booleans(),
    depth=st.integers(0, 5),
    uids=st.lists(
        st.from_regex(r"[1-9][0-9]{0,5}(\.[1-9][0-9]{0,8}){1,5}", fullmatch=True), min_size=4, max_size=4
    ),
)
def test_it_reads_what_pydicom_wrote(is_implicit, undefined, depth, uids):
    dataset = nested(depth, undefined=undefined)
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uids
    dataset.Manufacturer = "some maker"
    dataset.add_new(0x7FE00010, "OW", b"\1\2")
    found = seen(encoded(dataset, is_implicit=is_implicit), is_implicit=is_implicit)
    assert found == Glance(uids[0], uids[1], uids[2], uids[3], "some maker", True)


def test_what_stands_in_a_sequence_is_not_taken_for_the_object_itself():
    dataset = Dataset()
    inner = Dataset()
    inner.SOPInstanceUID, inner.StudyInstanceUID = "9.9", "9.8"
    dataset.SOPInstanceUID = "1.2"
    dataset.ReferencedImageSequence = Sequence([inner])
    dataset["ReferencedImageSequence"].is_undefined_length = True
    found = seen(encoded(dataset, is_implicit=False))
    assert (found.sop_instance, found.study) == ("1.2", "")


def test_a_sequence_of_unknown_type_names_no_types_inside():
    """PS3.5 6.2.2: its items are in implicit encoding, whatever is around them."""
    unknown = b"\x09\0\x10\x10UN\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\xff\xff\xff\xff"
    unknown += b"\x08\0\x05\0\x04\0\0\0ABCD" + b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    data = explicit(0x00080018, "UI", b"1.2") + unknown + explicit(0x0020000D, "UI", b"3.4")
    assert seen(data).study == "3.4"


def test_compressed_pixel_data_are_stepped_over(limb_file):
    dataset = pydicom.dcmread(limb_file)
    dataset.compress(pydicom.uid.RLELossless, generate_instance_uid=False)
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    start = 144 + int.from_bytes(buffer.getvalue()[140:144], "little")
    found = glance(buffer, start=start, is_implicit=False)
    assert found.sop_instance == dataset.SOPInstanceUID
    assert found.study == dataset.StudyInstanceUID
    assert found.has_pixels


@given(st.integers(0, len(radiograph()) - 1))
def test_an_object_that_is_cut_off_anywhere_is_not_taken_for_whole(length):
    try:
        found = seen(radiograph()[:length])
    except UnreadableRadiographError:
        return
    assert not found.has_pixels  # cut off between two elements


@given(st.binary(max_size=400), st.booleans())
def test_rubbish_is_one_error_and_no_other(data, is_implicit):
    with contextlib.suppress(UnreadableRadiographError):
        seen(data, is_implicit=is_implicit)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (items_without_end(1 << 20), "over 20000 elements"),
        (sequences_in_sequences(5000), "nested too deeply"),
        (sequences_in_sequences(3), "truncated in a sequence"),
        (b"\2\0\x10\0UI\4\x001.2\0", "of no data set"),
        (b"\x08\0\x18\0\0\0\4\x001.2\0", "of no type"),
        (b"\x08\0\x18\0UT\0\0\xff\xff\xff\xff", "no sequence"),
        (b"\xfe\xff\x0d\xe0\0\0\0\0", "out of order"),
        (explicit(0x00080018, "UI", b"1.2")[:-1], "truncated in an element"),
        (
            b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff" + explicit(0x00080018, "UI", b"1.2"),
            "something else than items",
        ),
    ],
)
def test_what_is_broken_or_hostile_is_refused(data, reason):
    with pytest.raises(UnreadableRadiographError, match=reason):
        seen(data)


def test_a_bomb_of_items_takes_no_memory():
    bomb = io.BytesIO(items_without_end(1 << 20))
    tracemalloc.start()
    with pytest.raises(UnreadableRadiographError):
        glance(bomb, start=0, is_implicit=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20  # of 8 MiB; a parser that builds data sets needs over a GiB
