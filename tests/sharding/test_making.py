"""Making shards: the same files give the same bytes, and each file is in one, with what is known of it."""

import json
import os
import sys

import pytest
from quick_shards import draw

from microcal_xray.errors import OutputError, SettingsError
from microcal_xray.sharding import index_of, make_shards, numbered_shard, place_of


def made(out):
    return {path.name: path.read_bytes() for path in out.iterdir()}


def entries(out):
    place = place_of(out)
    return {
        entry.file: entry
        for number in range(index_of(place).shards)
        for entry in numbered_shard(place, number).entries
    }


@pytest.fixture
def scans(tmp_path):
    for number, name in enumerate(["b/1.png", "b.png", "a/2.png", "a/3.png", "c.png"]):
        draw(tmp_path / "in" / name, number)
    return tmp_path / "in"


def test_the_same_files_give_the_same_bytes(scans, tmp_path):
    summary = make_shards(str(scans), str(tmp_path / "one"), per_shard=2)
    make_shards(str(scans), str(tmp_path / "two"), per_shard=2)
    assert made(tmp_path / "one") == made(tmp_path / "two")
    assert (summary.shards, summary.files) == (3, 5)
    assert summary.bytes == sum(path.stat().st_size for path in scans.rglob("*.png"))
    assert sorted(made(tmp_path / "one")) == [
        *(f"shard-00000{number}.json" for number in range(3)),
        "shards.json",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as on POSIX")
def test_each_file_is_there_once_with_what_is_known_without_opening_it(scans, tmp_path):
    draw(tmp_path / "elsewhere.png", 9)
    (scans / ".hidden").mkdir()
    draw(scans / ".hidden" / "x.png", 9)
    (scans / "inside").symlink_to(scans / "c.png")
    (scans / "outside").symlink_to(tmp_path / "elsewhere.png")
    (scans / "nowhere").symlink_to(tmp_path / "absent")
    os.mkfifo(scans / "pipe")
    (scans / "result").mkdir()
    (scans / "result" / "candidates.json").write_text('{"schema": "microcal-candidates/1"')
    make_shards(str(scans), str(scans / "shards"), per_shard=3)
    found = {name: (entry.status.value, entry.reason) for name, entry in entries(scans / "shards").items()}
    assert found == {
        **dict.fromkeys(["a/2.png", "a/3.png", "b/1.png", "b.png", "c.png", "outside"], ("ok", None)),
        ".hidden": ("skipped", "is hidden"),
        "inside": ("skipped", "is a link to c.png"),
        "nowhere": ("failed", "is a link that leads nowhere"),
        "pipe": ("skipped", "is not an ordinary file"),
        "result": ("skipped", "holds results of microcal, which are not analysed"),
    }


def test_a_list_names_files_below_its_folder(scans, tmp_path):
    (scans / "list.txt").write_bytes(b"c.png\r\na/2.png\t9\n\nc.png\nabsent.png\nb\n")
    make_shards(str(scans / "list.txt"), str(tmp_path / "out"))
    found = entries(tmp_path / "out")
    assert [*found] == ["a/2.png", "absent.png", "b", "c.png"]
    assert found["a/2.png"].bytes == 9  # as the list says, and the analysis will notice
    assert found["c.png"].bytes == (scans / "c.png").stat().st_size
    assert found["absent.png"].reason == "no such file or folder"
    assert found["b"].reason == "is a folder; a list names files"


@pytest.mark.parametrize("line", ["../x.png", "/etc/passwd", "a\t-1", "a\tmany", "a\t" + "9" * 20])
def test_a_line_that_is_no_name_is_refused_with_its_number(scans, tmp_path, line):
    (scans / "list.txt").write_text(f"c.png\n{line}\n")
    with pytest.raises(SettingsError, match=r"list\.txt: line 2: "):
        make_shards(str(scans / "list.txt"), str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_made_is_one_line(scans, tmp_path):
    with pytest.raises(SettingsError, match="no such folder"):
        make_shards(str(tmp_path / "absent"), str(tmp_path / "out"))
    with pytest.raises(SettingsError, match="per_shard is 0"):
        make_shards(str(scans), str(tmp_path / "out"), per_shard=0)
    with pytest.raises(OutputError, match="is the folder of the inputs"):
        make_shards(str(scans), str(scans))
    with pytest.raises(OutputError, match="is not empty"):
        make_shards(str(scans), str(scans / "a"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingsError, match="there are no files"):
        make_shards(str(tmp_path / "empty"), str(tmp_path / "out"))


def test_shards_that_were_not_finished_are_known_by_the_lack_of_an_index(scans, tmp_path):
    make_shards(str(scans), str(tmp_path / "out"))
    index = tmp_path / "out" / "shards.json"
    for broken in ("", "{}", json.dumps(json.loads(index.read_text()) | {"shards": 0})):
        index.write_text(broken)
        with pytest.raises(SettingsError, match="holds no finished set of shards"):
            index_of(place_of(tmp_path / "out"))
