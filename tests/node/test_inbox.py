"""What was acknowledged is there, once, whatever happens."""

import os
import stat
import sys

import pydicom
import pytest
from hostile_peers import DX, EXPLICIT, radiograph

from microcal_xray.errors import OutputError
from microcal_xray.node import Bounds
from microcal_xray.node import inbox as inbox_module
from microcal_xray.node.inbox import FullError, Inbox, TooLargeError, hashed

STUDY = "1.2.9"


def bounds(**changed):
    return Bounds(**{"free_bytes": 0, **changed})


def received(inbox, data, *, instance="1.2.3.4"):
    part = inbox.part(sop_class=DX, sop_instance=instance, syntax=EXPLICIT)
    for start in range(0, len(data), 100):
        part.write(data[start : start + 100])
    return part


def taken(inbox, data=None, *, instance="1.2.3.4", study=STUDY):
    part = received(inbox, data or radiograph(instance, study=study), instance=instance)
    part.finish()
    return inbox.accept(part, study=study, sop_instance=instance)


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_taken_object_is_a_dicom_file_with_the_very_data(tmp_path):
    inbox = Inbox(tmp_path, bounds())
    assert taken(inbox)
    (path,) = files(tmp_path)
    assert path.read_bytes().endswith(radiograph())
    dataset = pydicom.dcmread(path)
    meta = dataset.file_meta
    assert (meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID) == (DX, "1.2.3.4")
    assert meta.TransferSyntaxUID == EXPLICIT
    assert dataset.StudyInstanceUID == STUDY
    assert path.parent.name == hashed(STUDY)


def test_no_part_of_a_name_is_from_the_object(tmp_path):
    inbox = Inbox(tmp_path / "in", bounds())
    assert taken(inbox, instance="1.2.3", study="../../x")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    (path,) = files(tmp_path)
    assert set(path.stem) <= set("0123456789abcdef-")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_only_the_owner_can_look_into_it(tmp_path):
    inbox = Inbox(tmp_path / "in", bounds())
    taken(inbox)
    for path in [tmp_path / "in", *(tmp_path / "in").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_it_is_on_the_disk_before_it_is_said_to_be_taken(tmp_path, monkeypatch):
    """File, then its name in the folder, then the folder's name: fsync each, in this order."""
    inbox = Inbox(tmp_path, bounds())
    done = []
    fsync = os.fsync

    def spy(descriptor):
        done.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        fsync(descriptor)

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system does not say which file a descriptor is of")
    monkeypatch.setattr(inbox_module.os, "fsync", spy)
    taken(inbox)
    assert done[0].endswith(".part")
    assert done[1:] == [str(tmp_path / "images"), str(tmp_path / "images" / hashed(STUDY))]


def test_the_same_object_twice_is_there_once(tmp_path):
    inbox = Inbox(tmp_path, bounds())
    assert taken(inbox)
    assert not taken(inbox)
    assert len(files(tmp_path)) == 1
    assert inbox.size == len(radiograph())


def test_another_content_of_an_object_takes_its_place(tmp_path):
    inbox = Inbox(tmp_path, bounds())
    taken(inbox)
    assert taken(inbox, radiograph(patient="CORRECTED"))
    (path,) = files(tmp_path)
    assert pydicom.dcmread(path).PatientID == "CORRECTED"


def test_a_new_process_finds_what_was_taken_and_clears_what_was_half_received(tmp_path):
    inbox = Inbox(tmp_path, bounds())
    taken(inbox)
    taken(inbox, instance="1.2.3.5")
    received(inbox, radiograph("1.2.3.6"), instance="1.2.3.6")
    assert len(files(tmp_path)) == 3
    again = Inbox(tmp_path, bounds())
    assert again.studies().keys() == {hashed(STUDY)}
    assert again.studies()[hashed(STUDY)].keys() == inbox.studies()[hashed(STUDY)].keys()
    assert len(files(tmp_path)) == 2
    assert not taken(again)


def test_a_process_killed_before_it_removed_the_older_content_leaves_the_newer(tmp_path):
    inbox = Inbox(tmp_path, bounds())
    taken(inbox)
    (old,) = files(tmp_path)
    content = old.read_bytes()
    taken(inbox, radiograph(patient="CORRECTED"))
    old.write_bytes(content)
    os.utime(old, (1, 1))
    Inbox(tmp_path, bounds())
    (path,) = files(tmp_path)
    assert pydicom.dcmread(path).PatientID == "CORRECTED"


def test_an_object_over_the_limit_leaves_no_bytes(tmp_path):
    inbox = Inbox(tmp_path, bounds(object_bytes=500))
    part = received(inbox, radiograph())
    assert isinstance(part.problem, TooLargeError)
    assert part.path.stat().st_size == 0
    assert inbox.size == 0
    part.discard()
    assert not files(tmp_path)


def test_a_full_inbox_takes_nothing_and_then_again(tmp_path):
    inbox = Inbox(tmp_path, bounds(inbox_bytes=len(radiograph()) + 10))
    taken(inbox)
    part = received(inbox, radiograph("1.2.3.5"), instance="1.2.3.5")
    assert isinstance(part.problem, FullError)
    part.discard()
    assert inbox.size == len(radiograph())
    inbox.remove_study(hashed(STUDY))
    assert inbox.size == 0
    assert taken(inbox, instance="1.2.3.5")


def test_too_many_images_are_too_many_however_small(tmp_path):
    inbox = Inbox(tmp_path, bounds(images=2))
    taken(inbox, instance="1.2.3")
    assert not inbox.is_full
    taken(inbox, instance="1.2.4")
    assert inbox.is_full
    assert isinstance(received(inbox, radiograph("1.2.5"), instance="1.2.5").problem, FullError)


def test_what_is_finished_makes_room_for_what_is_new(tmp_path):
    finished = [hashed(STUDY)]

    def make_room():
        if not finished:
            return False
        inbox.remove_study(finished.pop())
        return True

    inbox = Inbox(tmp_path, bounds(inbox_bytes=len(radiograph()) + 10), make_room=make_room)
    taken(inbox)
    assert taken(inbox, instance="1.2.3.5", study="7.7")
    assert inbox.studies().keys() == {hashed("7.7")}


def test_a_disk_that_is_nearly_full_takes_nothing(tmp_path):
    inbox = Inbox(tmp_path, bounds(free_bytes=1 << 50))
    part = received(inbox, radiograph())
    assert isinstance(part.problem, FullError)
    assert inbox.is_full


def test_a_study_with_a_newer_image_is_not_removed(tmp_path):
    inbox = Inbox(tmp_path, bounds())
    taken(inbox)
    known = frozenset(inbox.studies()[hashed(STUDY)])
    taken(inbox, instance="1.2.3.5")
    inbox.remove_study(hashed(STUDY), only=known)
    assert len(inbox.studies()[hashed(STUDY)]) == 2


def test_a_part_that_was_given_up_takes_no_more_bytes(tmp_path):
    inbox = Inbox(tmp_path, bounds())
    part = received(inbox, radiograph())
    part.discard()
    part.write(b"late")
    assert inbox.size == 0
    assert not files(tmp_path)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot hold the inbox"):
        Inbox(tmp_path / "file", bounds())
