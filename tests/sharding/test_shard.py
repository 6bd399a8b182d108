"""The file of a shard: whatever a name holds comes back, and nothing in a hostile one is believed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcal_xray.errors import SettingsError
from microcal_xray.reporting import Status
from microcal_xray.sharding import Shard, ShardEntry, place_of, read_shard, shard_from_bytes, shard_text
from microcal_xray.sharding.addresses import bucket_and_prefix, given_root
from microcal_xray.sharding.shard import LARGEST_SHARD_BYTES, sorted_entries

_BYTES_OF_NAMES = st.binary(min_size=1, max_size=12).map(
    lambda raw: (
        raw.replace(b"\0", b"n").replace(b"/", b"s").replace(b".", b"d").decode("utf-8", "surrogateescape")
    )
)
_NAMES = st.lists(_BYTES_OF_NAMES, min_size=1, max_size=3).map("/".join)


def text(**changes):
    values = {
        "schema": "microcal-shard/1",
        "number": 0,
        "root": "/scans",
        "files": [{"file": "a.dcm", "bytes": 12}],
    }
    return json.dumps(values | changes).encode()


@given(names=st.sets(_NAMES, min_size=1, max_size=8))
def test_names_of_any_bytes_come_back(names):
    entries = sorted_entries([ShardEntry(name, len(name)) for name in names])
    shard = Shard(3, "/scans", entries)
    data = shard_text(shard).encode("ascii")
    assert shard_from_bytes(data, named="x") == shard
    assert len(data.splitlines()) == len(names) + 2


def test_a_file_that_is_not_opened_keeps_its_reason():
    entry = ShardEntry("../.hidden", None, Status.SKIPPED, "is a link to \x1b[31m")
    shard = Shard(0, "s3://clinic/2024", (entry,))
    assert shard_from_bytes(shard_text(shard).encode(), named="x") == shard


def test_what_a_shard_is_does_not_hang_on_how_it_is_laid_out():
    one = shard_from_bytes(text(), named="x")
    other = shard_from_bytes(json.dumps(json.loads(text()), indent=4).encode(), named="x")
    assert one.sha256 == other.sha256
    assert one.sha256 != shard_from_bytes(text(number=1), named="x").sha256


HOSTILE = {
    "empty": (b"", "is no JSON"),
    "deep": (b"[" * 100_000, "is no JSON"),
    "not a number": (text(number=0).replace(b'"number": 0', b'"number": NaN'), "is no JSON"),
    "endless digits": (text().replace(b"12", b"1" * 10_000), "is no JSON"),
    "a list": (b"[]", "schema None"),
    "another version": (text(schema="microcal-shard/2"), "schema 'microcal-shard/2'"),
    "one field more": (text(run="rm -rf"), "does not have the fields"),
    "a number below": (text(number=-1), "has the number -1"),
    "true for a number": (text(number=True), "has the number True"),
    "no files": (text(files=[]), "must list 1 to 100000 files"),
    "too many": (text(files=[1] * 100_001), "must list 1 to 100000 files"),
    "files as an object": (text(files={"a": 1}), "must list"),
    "a relative root": (text(root="scans"), "the root must be an absolute folder"),
    "another scheme": (text(root="http://169.254.169.254/latest"), "the root must be"),
    "a login in the root": (text(root="s3://KEY:SECRET@clinic/2024"), "must read s3://BUCKET"),
    "a root that climbs": (text(root="s3://clinic/a/../../b"), "must read s3://BUCKET"),
    "a NUL in the root": (text(root="/scans\0"), "the root must be"),
    "a name that climbs": (text(files=[{"file": "a/../../etc/passwd", "bytes": 1}]), "leads out of the root"),
    "an absolute name": (text(files=[{"file": "/etc/passwd", "bytes": 1}]), "leads out of the root"),
    "a dot": (text(files=[{"file": "./a", "bytes": 1}]), "leads out of the root"),
    "an empty name": (text(files=[{"file": "", "bytes": 1}]), "is no name of a file"),
    "a NUL": (text(files=[{"file": "a\0b", "bytes": 1}]), "is no name of a file"),
    "half a letter": (text(files=[{"file": "\ud83d", "bytes": 1}]), "is no name of a file"),
    "an endless name": (text(files=[{"file": "a" * 5000, "bytes": 1}]), "is no name of a file"),
    "a name that is none": (text(files=[{"file": ["a"], "bytes": 1}]), "is no name of a file"),
    "a size below": (text(files=[{"file": "a", "bytes": -1}]), "says that 'a' has -1 bytes"),
    "an absurd size": (text(files=[{"file": "a", "bytes": 10**30}]), "says that 'a' has 1000"),
    "half a byte": (text(files=[{"file": "a", "bytes": 0.5}]), "says that 'a' has 0.5 bytes"),
    "ok without opening": (
        text(files=[{"file": "a", "bytes": None, "status": "ok", "reason": "x"}]),
        "does not say why 'a' is not opened",
    ),
    "twice": (text(files=[{"file": "a", "bytes": 1}] * 2), "lists a file twice, or not in order"),
    "not in order": (
        text(files=[{"file": "b", "bytes": 1}, {"file": "a", "bytes": 1}]),
        "lists a file twice, or not in order",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_shard_is_refused_in_one_line(name):
    data, why = HOSTILE[name]
    with pytest.raises(SettingsError) as refusal:
        shard_from_bytes(data, named="evil.json")
    line = str(refusal.value)
    assert line.startswith("evil.json: ")
    assert line.endswith("; make it again with `microcal shards make`")
    assert why in line
    assert line.isprintable()
    assert len(line) < 300
    assert "SECRET" not in line


def test_an_endless_file_is_not_read_to_its_end(tmp_path):
    with (tmp_path / "endless.json").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(SettingsError, match=f"is over {LARGEST_SHARD_BYTES >> 20} MiB"):
        read_shard(place_of(tmp_path), "endless.json")


@pytest.mark.parametrize(
    "address",
    ["s3://", "s3://Zz", "s3://a b/c", "s3://clinic//x", "s3://x@clinic", "s3://-a/b", "s3://clinic/.."],
)
def test_an_address_that_is_none_is_refused_without_being_repeated(address):
    with pytest.raises(SettingsError) as refusal:
        bucket_and_prefix(address)
    assert (address.removeprefix("s3://") or "?") not in str(refusal.value)


@pytest.mark.parametrize("address", ["http://x/y", "file:///etc", "gs://b", "memory://x", "zip::s3://b/c"])
def test_only_one_kind_of_address_is_known(address):
    with pytest.raises(SettingsError, match="only s3:// is known"):
        place_of(address)
    with pytest.raises(SettingsError, match="only s3:// is known"):
        given_root(address)
