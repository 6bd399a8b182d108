"""The patient and the study arrive as they are in the source, whatever they hold."""

import io

import pydicom
import pytest
from dicom_sources import dx, found, pixels, saved, source_file
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from microcal_xray.errors import UnreadableRadiographError
from microcal_xray.exporting import object_bytes, to_dicom
from microcal_xray.exporting.identity import COPIED, identity_of

KINDS = ["sr", "gsps", "sc", "seg"]


def made(path, kinds=KINDS):
    return to_dicom(found(path, 1), path, kinds=kinds)


def test_every_element_of_patient_and_study_arrives_in_every_object(tmp_path):
    other = Dataset()
    other.PatientID, other.TypeOfPatientID = "OTHER-1", "TEXT"
    path = source_file(
        tmp_path,
        OtherPatientIDsSequence=[other],
        PatientComments="walks",
        PatientAge="073Y",
        StudyDescription="Leg in two planes",
        ClinicalTrialSubjectID="SUBJECT-3",
    )
    source = pydicom.dcmread(path)
    present = [keyword for keyword in COPIED if keyword in source]
    assert len(present) > 14
    for dataset in made(path).values():
        read = pydicom.dcmread(io.BytesIO(object_bytes(dataset)))
        assert [keyword for keyword in COPIED if keyword in read] == present
        for keyword in present:
            assert read[keyword].value == source[keyword].value, keyword


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 192", b"M\xff\xfeller^\xc3\xa4"),  # not UTF-8, though it says so
        ("ISO_IR 100", b"M\xfcller^J\xf6rg"),
        ("\\ISO 2022 IR 87", b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"),
        ("NO_SUCH_SET", b"Meier^\xe9"),
        ("", b"Meier^\xe9"),
        ("ISO_IR 100", b"x" * 200),
        ("ISO_IR 100", b"<script>alert(1)</script>"),
    ],
    ids=["broken", "latin", "japanese", "unknown", "none", "long", "script"],
)
def test_the_bytes_of_a_name_are_not_touched(tmp_path, charset, name):
    path = source_file(tmp_path, PatientName="N" * len(name), SpecificCharacterSet="C" * len(charset) or None)
    content = path.read_bytes().replace(b"N" * len(name), name)
    path.write_bytes(content.replace(b"C" * len(charset), charset.encode()) if charset else content)
    for dataset in made(path, ["sr", "gsps"]).values():
        written = object_bytes(dataset)
        assert name in written
        stored = charset.encode() + b" " * (len(charset) % 2)
        element = b"\x08\x00\x05\x00CS" + len(stored).to_bytes(2, "little") + stored
        assert element[:4] not in written[132:] if not charset else element in written


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian], ids=["implicit", "big endian"]
)
def test_another_encoding_of_the_source_makes_no_difference(tmp_path, syntax):
    other = Dataset()
    other.PatientID = "OTHER-1"
    stored = pixels()
    turned = dx(stored, OtherPatientIDsSequence=[other])
    turned.file_meta.TransferSyntaxUID = syntax
    if syntax is ExplicitVRBigEndian:
        turned.PixelData = stored.astype(">u2").tobytes()
        turned._is_little_endian = turned._is_implicit_VR = None
    path = tmp_path / "turned.dcm"
    pydicom.dcmwrite(
        path,
        turned,
        implicit_vr=syntax is ImplicitVRLittleEndian,
        little_endian=syntax is ImplicitVRLittleEndian,
    )
    plain = made(source_file(tmp_path, OtherPatientIDsSequence=[other]))
    other_way = made(path)
    assert {kind: each.SOPInstanceUID for kind, each in plain.items()} == {
        kind: each.SOPInstanceUID for kind, each in other_way.items()
    }


def test_missing_modules_become_empty_elements(tmp_path):
    gone = "PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime StudyID AccessionNumber"
    path = source_file(tmp_path, ReferringPhysicianName=None, **dict.fromkeys(gone.split()))
    for dataset in made(path).values():
        read = pydicom.dcmread(io.BytesIO(object_bytes(dataset)))
        assert all(read[keyword].is_empty for keyword in (*gone.split(), "ReferringPhysicianName"))


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
@pytest.mark.parametrize("value", [None, "", "1.2/../../x", "1." + "2" * 80, "one"])
def test_without_an_identifier_nothing_can_be_tied_to_the_image(tmp_path, keyword, value):
    path = source_file(tmp_path, **{keyword: value})
    with pytest.raises(UnreadableRadiographError, match=rf"leg.dcm: {keyword} is"):
        made(path)


def test_identifiers_that_archives_hold_against_the_rule_are_accepted(tmp_path):
    path = source_file(tmp_path, StudyInstanceUID="1.2.003.4")
    assert b"1.2.003.4" in object_bytes(made(path)["sr"])


def test_a_wrong_type_is_refused_and_an_unknown_one_is_copied(tmp_path):
    path = source_file(tmp_path)
    content = path.read_bytes()
    element = b"\x10\x00\x20\x00LO"
    assert content.count(element) == 1
    wrong = tmp_path / "wrong.dcm"
    wrong.write_bytes(content.replace(element, b"\x10\x00\x20\x00US"))
    with pytest.raises(UnreadableRadiographError, match=r"wrong.dcm: PatientID has the wrong type US"):
        made(wrong)
    unknown = tmp_path / "unknown.dcm"
    start = content.index(element)
    length = int.from_bytes(content[start + 6 : start + 8], "little")
    unknown.write_bytes(
        content[:start] + b"\x10\x00\x20\x00UN\0\0" + length.to_bytes(4, "little") + content[start + 8 :]
    )
    assert pydicom.dcmread(io.BytesIO(object_bytes(made(unknown)["sr"]))).PatientID == "ID-7"


def test_a_sequence_that_is_none_is_refused():
    source = Dataset()
    source[0x00101002] = RawDataElement(Tag(0x00101002), "LO", 4, b"text", 0, False, True)
    with pytest.raises(UnreadableRadiographError, match="OtherPatientIDsSequence has the wrong type LO"):
        identity_of(source)


def test_an_age_without_a_valid_form_is_left_out_and_a_valid_one_is_not(tmp_path):
    assert "PatientAge" not in made(source_file(tmp_path, PatientAge="62"))["sr"]
    assert made(source_file(tmp_path, PatientAge="062Y"))["sr"].PatientAge == "062Y"


def test_private_elements_and_the_rest_of_the_source_stay_behind(tmp_path):
    dataset = dx(InstitutionName="CLINIC-X", ProtocolName="PROTOCOL-X", StationName="STATION-X")
    dataset.private_block(0x0011, "SOMEBODY", create=True).add_new(1, "LO", "PRIVATE-X")
    path = saved(dataset, tmp_path)
    for each in made(path).values():
        content = object_bytes(each)
        assert not any(word in content for word in (b"CLINIC-X", b"PROTOCOL-X", b"STATION-X", b"PRIVATE-X"))


def test_an_object_is_no_carrier_for_a_program(tmp_path):
    path = source_file(tmp_path)
    path.write_bytes(b"MZ" + b"\x90" * 126 + path.read_bytes()[128:])
    for each in made(path).values():
        assert object_bytes(each)[:128] == b"\0" * 128
