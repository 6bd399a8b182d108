"""Bone masks of the caller's: found by name, recorded, and a file without a usable one fails."""

import json
import os

import numpy as np
import pytest
import tifffile
from PIL import Image

import hostile_folder
from microcal_xray import find_lines, read_radiograph
from microcal_xray.batch import BatchOptions, analyze
from microcal_xray.batch.bone_masks import BoneMasks
from microcal_xray.cli import main
from microcal_xray.errors import SettingsError, UnreadableRadiographError
from microcal_xray.origin import mask_sha256

SHAPE = (160, 120)
BONE = np.zeros(SHAPE, bool)
BONE[:, 30:90] = True
UPPER = BONE.copy()
UPPER[60:] = False  # the line of the limb lies at row 80


def saved(path, mask, mode="L"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(mask, np.uint8) * 255).convert(mode).save(path)
    return path


def command(folder, *options, out="out"):
    return ["analyze", str(folder / "in"), "--out", str(folder / out), "--jobs", "1", *map(str, options)]


def records(folder, out="out"):
    document = json.loads((folder / out / "candidates.json").read_text(encoding="utf-8"))
    return {image["file"]: image for image in document["images"]}


@pytest.fixture
def limb(tmp_path):
    """A folder with one limb in `in`."""
    (tmp_path / "in").mkdir()
    hostile_folder.limb_with_a_line(tmp_path / "in" / "limb.png")
    return tmp_path


def test_the_mask_of_a_file_does_what_it_does_in_the_library(limb, capsys):
    mask = saved(limb / "mask.png", UPPER)
    path = limb / "in" / "limb.png"
    assert main(["analyze", str(path), "--out", str(limb / "out"), "--jobs", "1", "--bone", str(mask)]) == 0
    record = records(limb)["limb.png"]
    expected = find_lines(read_radiograph(path), bone=UPPER)
    without = find_lines(read_radiograph(path))
    assert [each["score"] for each in record["candidates"]] == [
        round(each.score, 2) for each in expected.candidates
    ]
    assert without.candidates
    assert not {round(each.score, 2) for each in without.candidates} <= {
        each["score"] for each in record["candidates"]
    }
    assert record["capsule"]["bone_sha256"] == mask_sha256(UPPER) == expected.bone_sha256
    assert without.bone_sha256 is None
    assert record["searched_share"] == pytest.approx(expected.searched_share, abs=1e-3)
    assert "as a mask that was given says" in (limb / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["limb.png", "limb.dcm.png", "limb.tif", "limb.dcm.tif", "limb.tiff", "limb.dcm.tiff"]
)
def test_a_folder_of_masks_holds_them_by_name(tmp_path, name):
    saved(tmp_path / "ward" / name, BONE)
    masks = BoneMasks(tmp_path)
    assert masks.name_of("ward/limb.dcm") == f"ward/{name}"
    assert np.array_equal(masks.of("ward/limb.dcm", SHAPE), BONE)
    with pytest.raises(
        UnreadableRadiographError, match=r"no bone mask ward/leg\.png in the folder of masks; add it"
    ):
        masks.name_of("ward/leg.dcm")


@pytest.mark.parametrize("file", ["../mask.dcm", "/etc/passwd", "a/../../mask"])
def test_a_recorded_name_leads_nowhere_out_of_the_folder(tmp_path, file):
    saved(tmp_path / "mask.png", BONE)
    (tmp_path / "masks").mkdir()
    with pytest.raises(UnreadableRadiographError, match="there is no bone mask"):
        BoneMasks(tmp_path / "masks").name_of(file)


def _hostile(masks):
    """Fill a folder of masks that cannot be used; return what is said of each, by name."""
    saved(masks / "small.png", BONE[:-1])
    saved(masks / "colour.png", BONE, "RGB")
    saved(masks / "see-through.png", BONE, "LA")
    saved(masks / "lossy.png", BONE)
    Image.fromarray(np.uint8(BONE) * 255).save(masks / "lossy.png", format="JPEG")
    (masks / "text.png").write_text("no mask at all", encoding="utf-8")
    (masks / "empty.png").write_bytes(b"")
    (masks / "bomb.png").write_bytes(hostile_folder._png_declaring(30_000, 30_000))
    whole = saved(masks / "cut.png", BONE).read_bytes()
    (masks / "cut.png").write_bytes(whole[: len(whole) // 2])
    tifffile.imwrite(masks / "stack.tif", np.stack([BONE, BONE]).astype(np.uint8), photometric="minisblack")
    return {
        "small": "bone mask small.png: has 159 rows x 120 columns, the radiograph 160 rows x 120 columns",
        "colour": "bone mask colour.png: has 3 bands; save it as PNG or TIFF in one band",
        "see-through": "bone mask see-through.png: has 2 bands",
        "lossy": "bone mask lossy.png: is JPEG; save it as PNG or TIFF",
        "text": "bone mask text.png: is neither DICOM nor PNG, JPEG or TIFF",
        "empty": "bone mask empty.png: the file is empty",
        "bomb": "bone mask bomb.png: ",
        "cut": "bone mask cut.png: ",
        "stack": "bone mask stack.tif: holds 2 pictures",
        "absent": "there is no bone mask absent.png in the folder of masks; add it",
    }


def test_a_mask_that_cannot_be_used_is_a_failed_file_and_the_batch_goes_on(tmp_path, capsys):
    said = _hostile(tmp_path / "masks")
    (tmp_path / "in").mkdir()
    for mark, name in enumerate([*said, "good"]):
        hostile_folder.limb_with_a_line(tmp_path / "in" / f"{name}.png", mark=mark)
    saved(tmp_path / "masks" / "good.png", BONE)
    assert main(command(tmp_path, "--bone", tmp_path / "masks")) == 1
    found = records(tmp_path)
    assert {file: image["status"] for file, image in found.items()} == {
        **{f"{name}.png": "failed" for name in said},
        "good.png": "ok",
    }
    for name, words in said.items():
        assert found[f"{name}.png"]["reason"].startswith(words)
        assert str(tmp_path) not in found[f"{name}.png"]["reason"]
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("bone", "words"),
    [
        ("nowhere", "nowhere: no such file or folder; give the bone mask, or a folder of them"),
        ("mask.png", "mask.png: is one mask, but there are 2 files; give a folder of masks"),
        ("in", "in: all inputs lie there; keep masks in a folder of their own"),
        ("", "the path is empty"),
    ],
)
def test_masks_that_cannot_be_meant_are_bad_usage(limb, capsys, monkeypatch, bone, words):
    monkeypatch.chdir(limb)
    hostile_folder.limb_with_a_line(limb / "in" / "other.png", mark=1)
    saved(limb / "mask.png", BONE)
    assert main(command(limb, "--bone", bone)) == 2
    complaint = capsys.readouterr().err
    assert words in complaint
    assert complaint.count("\n") == 1


def test_shards_take_no_masks(tmp_path, capsys):
    (tmp_path / "shard.json").touch()
    options = ["--shard", str(tmp_path / "shard.json"), "--bone", str(tmp_path)]
    assert main(["analyze", "--out", str(tmp_path / "parts"), *options]) == 2
    assert "--bone is for files and folders" in capsys.readouterr().err


def test_a_run_with_masks_goes_on_with_the_same_masks_alone(limb, capsys):
    mask = saved(limb / "masks" / "limb.png", BONE)
    assert main(command(limb, "--bone", limb / "masks")) == 0
    assert main(command(limb, "--bone", limb / "masks")) == 0
    assert "1 of 1 files were finished before" in capsys.readouterr().err
    assert main(command(limb)) == 2
    assert "bone masks" in capsys.readouterr().err
    before = mask.stat()
    saved(mask, UPPER)
    os.utime(mask, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert main(command(limb, "--bone", limb / "masks")) == 0
    assert records(limb)["limb.png"]["capsule"]["bone_sha256"] == mask_sha256(UPPER)


def test_the_same_pixels_under_two_masks_are_two_results_and_masks_among_inputs_none(limb):
    for name, mask in (("limb", BONE), ("twin", UPPER), ("third", BONE)):
        (limb / "in" / f"{name}.png").write_bytes((limb / "in" / "limb.png").read_bytes())
        saved(limb / "in" / "masks" / f"{name}.png", mask)
    assert main(command(limb, "--bone", limb / "in" / "masks")) == 0
    found = records(limb)
    assert {name: found[f"{name}.png"]["status"] for name in ("limb", "twin", "third")} == {
        "limb": "ok",
        "twin": "ok",
        "third": "skipped",
    }
    assert found["masks/limb.png"]["reason"].startswith("is a bone mask")


def test_a_replay_needs_the_masks(limb, capsys):
    saved(limb / "masks" / "limb.png", UPPER)
    assert main(command(limb, "--bone", limb / "masks")) == 0
    replay = ["replay", str(limb / "out"), str(limb / "in"), "--jobs", "1"]
    assert main([*replay, "--bone", str(limb / "masks")]) == 0
    capsys.readouterr()
    assert main(replay) == 1
    assert f"bone mask {mask_sha256(UPPER)[:8]}" in capsys.readouterr().out


def test_without_masks_nothing_is_asked_of_them(limb):
    with pytest.raises(SettingsError, match="no such file"):
        analyze([limb / "in"], limb / "out", options=BatchOptions(jobs=1, bone=limb / "nowhere"))
    assert not (limb / "out").exists()
