import random

import pytest
from hypothesis import given
from hypothesis.strategies import lists, sampled_from, text

from microcal_xray.errors import OutputError
from microcal_xray.reporting import overlay_names, overlays_folder


def test_plain_names_are_kept_and_the_suffix_keeps_them_apart():
    assert overlay_names(["a.dcm", "a.png", "IM0001", "sub/dir/a.dcm"]) == {
        "a.dcm": "a.dcm.png",
        "a.png": "a.png.png",
        "IM0001": "IM0001.png",
        "sub/dir/a.dcm": "sub__dir__a.dcm.png",
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/b.dcm", "a__b.dcm"),
        ("a_/b", "a/_b"),
        ("a:b", "a?b"),
        ("Leg.dcm", "leg.dcm"),
        ("x" * 300, "x" * 301),
        ("e\u0301.png", "\u00e9.png"),
        ("../a", "a"),
        (".a", "a"),
        ("a\udce9", "a\udcea"),
    ],
)
def test_different_files_never_share_a_name(one, other):
    names = overlay_names([one, other])
    assert names[one].casefold() != names[other].casefold()


_nasty = text(sampled_from("aA._-/~\\:*?<>|\"' \n\0é漢🦴\u202e"), min_size=1, max_size=12)


@given(lists(_nasty, unique=True, max_size=6))
def test_names_are_safe_unique_and_do_not_depend_on_the_order(files):
    names = overlay_names(files)
    assert len({name.casefold() for name in names.values()}) == len(files)
    shuffled = files.copy()
    random.Random(1).shuffle(shuffled)
    assert overlay_names(shuffled) == names
    for name in names.values():
        assert name.endswith(".png")
        assert not set(name) & set('/\\:*?<>|"\0\n\u202e')
        assert not name.startswith((".", " "))


@pytest.mark.parametrize("file", ["漢" * 300, "/".join(["folder"] * 80), "\U0001d538" * 100])
def test_long_names_fit_common_file_systems(file):
    assert len(overlay_names([file])[file].encode()) < 200


@pytest.mark.parametrize("file", ["con.dcm", "NUL", "lpt1.tar.png", "aux"])
def test_names_that_windows_reserves_are_changed(file):
    assert overlay_names([file])[file].startswith("image-")


def test_a_link_that_leads_out_of_the_output_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    try:
        (tmp_path / "out" / "overlays").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    except OSError:
        pytest.skip("links cannot be made here")
    with pytest.raises(OutputError, match="leads out of the output folder"):
        overlays_folder(tmp_path / "out")
