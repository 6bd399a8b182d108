"""Where the files of a record are found: by bytes, by pixels, at last by name; never outside the folder."""

import hashlib

import pytest

from microcal_xray.batch.matching import FoundBy, folder_files, matches
from microcal_xray.batch.recorded import RecordedImage
from microcal_xray.errors import SettingsError
from microcal_xray.origin import Origin, Reading
from microcal_xray.reporting import Status

AS_STORED = Reading()


def recorded(file, content=None, *, pixels=None, reading=AS_STORED):
    digest = None if content is None else hashlib.sha256(content).hexdigest()
    origin = Origin(digest, None if content is None else len(content), {}, reading)
    return RecordedImage(file, Status.OK, {}, origin, pixels)


def never(pairs):
    raise AssertionError(f"no pixels need to be read, but were asked of {pairs}")


def pixels_by_content(pairs):
    """The hash of the pixels is what stands before the colon of a file."""
    return {pair: pair[0].path.read_text().partition(":")[0] for pair in pairs}


def found(images, folder, pixel_hashes=never):
    every = matches(images, folder_files(folder), pixel_hashes)
    return [match and (match.found.name, match.by.value) for match in every]


def fill(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def test_a_file_is_found_by_its_bytes_whatever_its_name(tmp_path):
    fill(tmp_path, x__y=b"one", b=b"two")
    images = [recorded("a", b"one"), recorded("b", b"two")]
    assert found(images, tmp_path) == [("x/y", "file"), ("b", "file")]


def test_names_that_were_swapped_do_not_deceive(tmp_path):
    fill(tmp_path, a=b"two", b=b"one")
    assert found([recorded("a", b"one"), recorded("b", b"two")], tmp_path) == [("b", "file"), ("a", "file")]


def test_of_equal_files_the_namesake_is_taken(tmp_path):
    fill(tmp_path, a=b"one", b=b"one", c=b"one")
    images = [recorded("b", b"one"), recorded("gone", b"one")]
    assert found(images, tmp_path) == [("b", "file"), ("a", "file")]


def test_a_file_is_found_by_its_pixels_before_its_name(tmp_path):
    fill(tmp_path, a=b"other:", renamed=b"same:new tags")
    images = [recorded("a", b"same:old tags", pixels="same")]
    assert found(images, tmp_path, pixels_by_content) == [("renamed", "pixels")]


def test_pixels_are_asked_for_once_for_each_way_of_reading_and_only_of_files_left(tmp_path):
    fill(tmp_path, a=b"one", b=b"same:1", c=b"same:2")
    asked = []

    def remember(pairs):
        asked.extend(pairs)
        return pixels_by_content(pairs)

    turned = Reading(photometric="MONOCHROME1")
    images = [
        recorded("a", b"one", pixels="x"),
        recorded("x", b"lost", pixels="same"),
        recorded("c", b"gone", pixels="same"),
        recorded("y", b"away", pixels="never", reading=turned),
    ]
    assert found(images, tmp_path, remember) == [("a", "file"), ("b", "pixels"), ("c", "pixels"), None]
    assert sorted((file.name, reading.photometric or "") for file, reading in asked) == [
        ("b", ""),
        ("b", "MONOCHROME1"),
        ("c", ""),
        ("c", "MONOCHROME1"),
    ]


def test_pixels_read_in_another_way_are_no_match(tmp_path):
    fill(tmp_path, b=b"same:1")
    turned = Reading(photometric="MONOCHROME1")

    def only_as_stored(pairs):
        return {pair: "same" for pair in pairs if pair[1] == AS_STORED}

    assert found([recorded("a", b"lost", pixels="same", reading=turned)], tmp_path, only_as_stored) == [None]


def test_at_last_a_file_is_found_by_its_name_if_only_one_has_it(tmp_path):
    fill(tmp_path, leg__a=b"new", arm__b=b"1", hand__b=b"2", foot__c=b"3")
    images = [recorded(name, b"old") for name in ("leg/a", "b", "elsewhere/c")]
    assert found(images, tmp_path) == [("leg/a", "name"), None, ("foot/c", "name")]


def test_a_file_that_belongs_to_one_image_is_not_taken_for_its_namesake(tmp_path):
    fill(tmp_path, a=b"two")
    assert found([recorded("a", b"one"), recorded("b", b"two")], tmp_path) == [None, ("a", "file")]


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "..", "", "/", "a/../../secret", "\0", "x" * 9999]
)
def test_a_hostile_name_leads_nowhere(tmp_path, name):
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "in").mkdir()
    assert found([recorded(name, b"secret"), recorded(name)], tmp_path / "in") == [None, None]


def test_hidden_files_and_links_to_folders_are_passed_over(tmp_path):
    fill(tmp_path, **{".hidden": b"one"})
    (tmp_path / "loop").symlink_to(tmp_path)
    assert found([recorded("a", b"one")], tmp_path) == [None]


def test_a_single_file_is_a_folder_of_one(tmp_path):
    fill(tmp_path, a=b"one", b=b"two")
    assert found([recorded("b", b"one")], tmp_path / "a") == [("a", "file")]


@pytest.mark.parametrize("name", ["absent", "a\0b"])
def test_an_absent_folder_is_bad_usage(tmp_path, name):
    with pytest.raises(SettingsError, match="no such folder; check the path"):
        folder_files(tmp_path / name)


def test_what_found_it_has_the_words_of_the_documentation():
    assert [each.value for each in FoundBy] == ["file", "pixels", "name"]
