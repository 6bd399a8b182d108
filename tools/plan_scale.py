"""What ten million images need, from what one needs: measured, multiplied and written into docs/scale.md.

    python tools/plan_scale.py [--write]

Processor times depend little on what else the machine does. The times for 5 Mpx are those of
docs/benchmarks.md (`make bench`), with all that is not the search scaled by the number of pixels.
"""

import argparse
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from microcal_xray.sharding import Shard, ShardEntry, make_shards, merge, place_of, shard_text
from microcal_xray.sharding.merging import MergedTable
from microcal_xray.sharding.parts import PartRow, part_name, part_rows, read_head, write_part

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "scale.md"
MARKS = ("<!-- figures of tools/plan_scale.py -->", "<!-- end of the figures -->")
IMAGES = 10_000_000
PER_SHARD = 1000
SAMPLE_MPX = 1.1
LARGE_MPX = 5.0
ROWS_MERGED = 2000
TASKS = 1000


def processor_s(who: int) -> float:
    """Return the processor time of this process or of its children that have ended."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def shard_costs(work: Path) -> dict[str, float]:
    """Analyse a shard with one image and one with eight; the difference is seven images without any start."""
    samples = sorted((ROOT / "sample_data").glob("*.dcm"))
    seconds, sizes = [], []
    for number, count in enumerate((1, len(samples))):
        folder = work / f"in{number}"
        folder.mkdir()
        for path in samples[-count:]:
            shutil.copy(path, folder)
        make_shards(str(folder), str(work / f"shards{number}"))
        before = processor_s(resource.RUSAGE_CHILDREN)
        command = ["-m", "microcal_xray", "analyze", "--jobs", "1"]
        command += ["--shard", str(work / f"shards{number}"), "--out", str(work / f"parts{number}")]
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        seconds.append(processor_s(resource.RUSAGE_CHILDREN) - before)
        sizes.append((work / f"parts{number}" / part_name(0)).stat().st_size)
    more = len(samples) - 1
    return {
        "image_s": (seconds[1] - seconds[0]) / more,
        "start_s": seconds[0] - (seconds[1] - seconds[0]) / more,
        "part_bytes": (sizes[1] - sizes[0]) / more,
        "worker_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def merge_costs(work: Path) -> dict[str, float]:
    """Merge parts whose rows are those of the samples under other names."""
    parts = place_of(work / "parts1")
    head = read_head(parts, 0)
    assert head is not None
    rows = list(part_rows(parts, 0))
    (work / "many").mkdir()
    write_part(_many(rows), replace(head, files=ROWS_MERGED, first="00000000"), work / "many" / part_name(0))
    costs = {}
    for table in (MergedTable.PARQUET, MergedTable.JSON):
        begun = time.process_time()
        merge(place_of(work / "many"), work / f"merged-{table}", tables=[table])
        costs[f"merge_{table}_s"] = (time.process_time() - begun) / ROWS_MERGED
        # Not of these rows: so many that are alike pack far better than true ones.
        sizes = [_merged_bytes(work, number, table) for number in (0, 1)]
        costs[f"merged_{table}_bytes"] = (sizes[1] - sizes[0]) / (len(rows) - 1)
    return costs


def _merged_bytes(work: Path, number: int, table: MergedTable) -> int:
    out = work / f"merged{number}-{table}"
    merge(place_of(work / f"parts{number}"), out, tables=[table])
    return sum(path.stat().st_size for path in out.iterdir() if path.is_file())


def _many(rows: list[PartRow]) -> Iterator[PartRow]:
    for number in range(ROWS_MERGED):
        row = rows[number % len(rows)]
        yield replace(row, written=replace(row.written, file=f"{number:08d}"), pixel_sha256=f"{number:064x}")


def tasks_per_s() -> float:
    """Return how many empty tasks a Dask scheduler and its client get through, by processor time of both."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.submit(int, 1, pure=False).result()
        begun = time.process_time()
        client.gather([client.submit(int, number, pure=False) for number in range(TASKS)])
        return TASKS / (time.process_time() - begun)


def searches() -> tuple[float, float, float]:
    """Return seconds of `find_lines` for a sample and for 5 Mpx, and MiB for 5 Mpx, of docs/benchmarks.md."""
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    large = re.search(r"^\| find_lines, both kinds \|(.*)\|$", text, re.MULTILINE)
    samples = re.search(r"^\| all \|\s*\|\s*\|(.*)\|$", text, re.MULTILINE)
    if large is None or samples is None:
        raise SystemExit("docs/benchmarks.md lacks the times of find_lines; make bench")
    cells = [float(cell) for cell in large[1].split("|")]
    found_s, measured_s = (float(cell) for cell in samples[1].split("|")[:2])
    count = len(list((ROOT / "sample_data").glob("*.dcm")))
    return (found_s + measured_s) / count, cells[4], cells[5]


def shard_bytes() -> float:
    """Return how many bytes of a shard a file takes, its name as archives have it."""
    name = "0123/1.2.826.0.1.3680043.8.498.12345678901234567890123456789012345678/{:08d}.dcm"
    entries = tuple(ShardEntry(name.format(number), 10_000_000) for number in range(PER_SHARD))
    return len(shard_text(Shard(0, "/archive", entries))) / PER_SHARD


def page(costs: dict[str, float]) -> str:
    """Return the figures as they stand in docs/scale.md."""
    search_1, search_5, search_mib = searches()
    beside = max(costs["image_s"] - search_1, 0)
    large_s = search_5 + beside * LARGE_MPX / SAMPLE_MPX
    large_mib = costs["worker_mib"] + search_mib
    lines = [
        f"Measured: a shard of radiographs of about {SAMPLE_MPX} Mpx (`sample_data`) costs "
        f"{costs['start_s']:.1f} s of processor time to start and {costs['image_s']:.2f} s for each image, "
        f"of which about {beside:.2f} s are reading, hashing and writing; the largest process holds "
        f"{costs['worker_mib']:.0f} MiB. For {LARGE_MPX:g} Mpx that makes {large_s:.2f} s and, with the "
        f"search's own {search_mib:.0f} MiB, about {large_mib:.0f} MiB.",
        "",
        f"| for {IMAGES:,} images | of {SAMPLE_MPX} Mpx | of {LARGE_MPX:g} Mpx |",
        "| --- | --- | --- |",
    ]
    shards = IMAGES // PER_SHARD
    each_s = [image_s + costs["start_s"] / PER_SHARD for image_s in (costs["image_s"], large_s)]
    sizes_mpx, sizes_mib = (SAMPLE_MPX, LARGE_MPX), (costs["worker_mib"], large_mib)
    lines.append(
        _row("core-days, starts of the shards counted in", [IMAGES * each / 86_400 for each in each_s])
    )
    for cores in (16, 100, 1000):
        hours = [IMAGES * each / cores / 3600 for each in each_s]
        lines.append(_row(f"hours on {cores} cores, all busy", hours))
    lines.append(_row("GiB of memory for 100 cores, a job each", [mib * 100 / 1024 for mib in sizes_mib]))
    lines.append(_row("TB to be read, at 2 bytes a pixel", [IMAGES * mpx * 2 / 1e6 for mpx in sizes_mpx]))
    rates = [100 * mpx * 2 / each for mpx, each in zip(sizes_mpx, each_s, strict=True)]
    lines.append(_row("MB/s to be read for 100 cores", rates))
    gb = 1e9
    lines += [
        "",
        "| what is written | per image | in all |",
        "| --- | --- | --- |",
        f"| shards | {costs['shard_bytes']:.0f} bytes | {IMAGES * costs['shard_bytes'] / gb:,.1f} GB |",
        f"| parts | {costs['part_bytes'] / 1000:.1f} kB | {IMAGES * costs['part_bytes'] / gb:,.0f} GB |",
        f"| merged Parquet | {costs['merged_parquet_bytes'] / 1000:.1f} kB | "
        f"{IMAGES * costs['merged_parquet_bytes'] / gb:,.0f} GB |",
        f"| merged candidates.json (leave it out) | {costs['merged_json_bytes'] / 1000:.1f} kB | "
        f"{IMAGES * costs['merged_json_bytes'] / gb:,.0f} GB |",
        "",
        "| limit | here | for these images |",
        "| --- | --- | --- |",
        f"| a Dask scheduler | {costs['tasks_per_s']:,.0f} empty tasks a second | {shards:,} shards: "
        f"{shards / costs['tasks_per_s']:,.0f} s of it in all; a task for each image would be "
        f"{IMAGES / costs['tasks_per_s'] / 3600:,.1f} h and its memory |",
        f"| inodes, or objects | a shard, a part, a list of errors for {PER_SHARD:,} | {3 * shards:,} |",
        f"| merging to Parquet, one process | {costs['merge_parquet_s'] * 1000:.2f} ms a row | "
        f"{IMAGES * costs['merge_parquet_s'] / 3600:,.1f} h |",
        f"| merging to candidates.json, one process | {costs['merge_json_s'] * 1000:.2f} ms a row | "
        f"{IMAGES * costs['merge_json_s'] / 3600:,.1f} h |",
    ]
    return "\n".join(lines)


def _row(what: str, values: list[float]) -> str:
    return f"| {what} | {values[0]:,.0f} | {values[1]:,.0f} |"


def main() -> None:
    """Measure, and print the figures or write them into the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="into docs/scale.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        costs = shard_costs(Path(name)) | merge_costs(Path(name))
    costs |= {"tasks_per_s": tasks_per_s(), "shard_bytes": shard_bytes()}
    print(json.dumps(costs))
    figures = page(costs)
    if not asked.write:
        print(figures)
        return
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(f"{before}{MARKS[0]}\n\n{figures}\n\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
