"""An object store: what is fetched, what is refused, and that no login is written anywhere."""

import sys

import pytest
from quick_shards import draw

from microcal_xray.batch import BatchOptions
from microcal_xray.cli import main
from microcal_xray.errors import MicrocalError
from microcal_xray.sharding import analyze_shard, make_shards, merge, numbered_shard, place_of
from microcal_xray.sharding.store import GoneError, Store, StoreError

_LOGIN = "AKIA0LOGIN0OF0A0TEST"
_SECRET = "a-secret-that-must-stay-in-the-environment"


@pytest.fixture(scope="module")
def endpoint():
    server = pytest.importorskip("moto.server", reason="moto is not installed: S3 WAS NOT TESTED")
    pytest.importorskip("s3fs", reason="s3fs is not installed: S3 WAS NOT TESTED")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def store(endpoint, monkeypatch, request):
    for name, value in {
        "AWS_ACCESS_KEY_ID": _LOGIN,
        "AWS_SECRET_ACCESS_KEY": _SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
    }.items():
        monkeypatch.setenv(name, value)
    bucket = "b" + "".join(letter for letter in request.node.name.lower() if letter.isalnum())[:50]
    found = Store(f"s3://{bucket}/2024")
    found._asked("create_bucket", Bucket=bucket)
    return found


def test_objects_are_listed_with_whatever_names_they_have(store):
    names = ["a.png", "b/?versionId=1", "b/é.png", "c%20 d.png", "x\x01\u202e.png"]
    for name in names:
        store.put(name, b"12")
    assert [(found.name, found.bytes) for found in store.listed()] == [(name, 2) for name in names]
    assert store.read("b/?versionId=1", most_bytes=9) == b"12"


def test_many_objects_are_listed_page_by_page(store, monkeypatch):
    for number in range(5):
        store.put(f"{number}", b"")
    asked = store._asked
    pages = []

    def two_at_a_time(what, **request):
        pages.append(what)
        return asked(what, **request, MaxKeys=2)

    monkeypatch.setattr(Store, "_asked", lambda self, what, **request: two_at_a_time(what, **request))
    assert [found.name for found in store.listed()] == list("01234")
    assert pages == ["list_objects_v2"] * 3


def test_an_object_is_fetched_only_as_long_as_the_shard_says(store, tmp_path, monkeypatch):
    monkeypatch.setattr("microcal_xray.sharding.store._PIECE_BYTES", 1000)  # so that it comes in pieces
    content = bytes(range(256)) * 10
    store.put("a", content)
    store.fetch("a", tmp_path / "a", length=len(content))
    assert (tmp_path / "a").read_bytes() == content
    for length in (2559, 2561, 9000):
        with pytest.raises(GoneError, match=f"has 2560 bytes, and had {length} when the shard was made"):
            store.fetch("a", tmp_path / f"{length}", length=length)
        assert (tmp_path / f"{length}").stat().st_size == 0
    with pytest.raises(GoneError, match="is not in the store"):
        store.fetch("absent", tmp_path / "absent", length=3)


def test_a_shard_in_a_store_gives_the_part_of_one_in_a_folder(
    store, tmp_path, without_processes, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    for number in range(5):
        draw(tmp_path / "in" / f"{number}.png", number % 4)
    (tmp_path / "in" / "empty.png").touch()
    for path in (tmp_path / "in").iterdir():
        store.put(f"in/{path.name}", path.read_bytes())
    store.put("in/folder/", b"")
    there = f"{store.address}/shards"
    make_shards(f"{store.address}/in", there, per_shard=4)
    make_shards(str(tmp_path / "in"), str(tmp_path / "shards"), per_shard=4)
    options = BatchOptions(jobs=1)
    for number in range(2):
        analyze_shard(
            numbered_shard(place_of(there), number), place_of(f"{store.address}/parts"), options=options
        )
        analyze_shard(
            numbered_shard(place_of(tmp_path / "shards"), number),
            place_of(tmp_path / "parts"),
            options=options,
        )
    merge(place_of(f"{store.address}/parts"), tmp_path / "one", shards=place_of(there), expected=2)
    merge(place_of(tmp_path / "parts"), tmp_path / "two", expected=2)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    assert list((tmp_path / "temporary").iterdir()) == []  # no radiograph stays behind
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert _SECRET.encode() not in path.read_bytes()
            assert _LOGIN.encode() not in path.read_bytes()


def test_too_large_an_object_is_not_fetched(store, tmp_path, without_processes):
    store.put("in/a.png", b"x")
    listing = tmp_path / "list.txt"
    listing.write_text(f"a.png\t{(1 << 30) + 1}\n")
    make_shards(str(listing), str(tmp_path / "shards"), root=f"{store.address}/in")
    parts = place_of(tmp_path / "parts")
    analyze_shard(numbered_shard(place_of(tmp_path / "shards"), 0), parts, options=BatchOptions(jobs=1))
    assert "are more than the limit of" in (tmp_path / "parts" / "errors-000000.jsonl").read_text()


def test_a_worker_process_fetches_and_a_store_that_is_gone_is_one_line(
    store, tmp_path, quickly, monkeypatch, capsys
):
    draw(tmp_path / "a.png", 1)
    store.put("in/a.png", (tmp_path / "a.png").read_bytes())
    make_shards(f"{store.address}/in", str(tmp_path / "shards"))
    shard = str(tmp_path / "shards" / "shard-000000.json")
    assert main(["analyze", "--shard", shard, "--out", str(tmp_path / "parts"), "--jobs", "1"]) == 0
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    capsys.readouterr()
    assert main(["analyze", "--shard", shard, "--out", str(tmp_path / "other"), "--jobs", "1"]) == 1
    line = capsys.readouterr().err
    assert "does not answer" in line
    assert line.count("\n") == 1
    assert not (tmp_path / "other").exists()


def test_what_is_not_there_is_one_line(store, monkeypatch):
    with pytest.raises(StoreError, match="there is no such bucket"):
        list(Store("s3://no-such-bucket-anywhere").listed())
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MicrocalError, match=r"pip install microcal-xray\[s3\]"):
        list(Store("s3://clinic").listed())


def test_a_login_is_never_part_of_an_error(store, monkeypatch):
    def denied(self, what, **request):
        raise PermissionError(f"The key {_LOGIN} with {_SECRET} is not known")

    monkeypatch.setattr("s3fs.S3FileSystem.call_s3", denied)
    with pytest.raises(StoreError) as refusal:
        store.length("a")
    assert str(refusal.value).endswith("2024/a: access is denied; check the login that the environment gives")
