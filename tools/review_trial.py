"""A whole reading study by scripted readers: blinded order, two readers, adjudication, agreement, MRMC.

Radiographs are simulated and analysed; two invented readers, whose every verdict follows from a hash, read
them over the server's own address, first without the marks and then with them; a third settles what they
disagree on. Then the numbers of `microcal review --agreement` are held against the same numbers worked out
here from the scripts alone: geometry by points 0.1 mm apart, areas as counts of pairs, covariances by leaving
out one patient after the other. Nothing of the package under test is imported for that.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

READERS = ("anna", "ben")
ADJUDICATOR = "dora"
CATEGORIES = ("accept", "unsure", "reject")
TOLERANCE_MM = 1.5
STEP_MM = 0.1
_RATING = {"accept": 2.0, "unsure": 1.0}

Points = npt.NDArray[np.float64]
Ask = Callable[[str, str, dict[str, Any] | None], dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """A line of an image: a candidate, a true line, or what a reader drew. Points are (row, column) in mm."""

    name: str
    kind: str
    path_px: list[list[float]]
    spacing_mm: tuple[float, float]

    @cached_property
    def points_mm(self) -> Points:
        """The middles of pieces 0.1 mm long, so that the share of points is the share of the length."""
        path = np.array(self.path_px) * self.spacing_mm
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
        count = max(2, round(along[-1] / STEP_MM))
        places = (np.arange(count) + 0.5) * along[-1] / count
        return np.stack([np.interp(places, along, path[:, axis]) for axis in (0, 1)], axis=1)


@dataclass(frozen=True)
class Image:
    """What a script knows of an image."""

    file: str
    patient: str
    candidates: tuple[Line, ...]
    truth: tuple[Line, ...]


@dataclass
class Script:
    """What one reader does with one image: lines drawn before the marks, then a word on each candidate."""

    drawn: list[Line] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)


def load(out: Path, truth: Path) -> list[Image]:
    """Return the images of an output folder with what is true of them."""
    results = json.loads((out / "candidates.json").read_text(encoding="utf-8"))["images"]
    known = {image["file"]: image for image in json.loads(truth.read_text(encoding="utf-8"))["images"]}
    return [
        Image(
            each["file"],
            known[each["file"]].get("patient") or each["file"],
            tuple(_line(str(one["id"]), one, each["spacing_mm"]) for one in each["candidates"]),
            tuple(
                _line(f"true {number}", one, each["spacing_mm"])
                for number, one in enumerate(known[each["file"]]["lines"])
            ),
        )
        for each in results
        if each["status"] == "ok"
    ]


def script_of(reader: str, image: Image) -> Script:
    """Return what a reader does: sees some of the lines alone, and follows most but not all of the marks."""
    script = Script()
    for line in image.truth:
        if _lot(reader, image.file, line.name) < 0.45:
            name = "own-" + hashlib.sha256(f"{reader}{image.file}{line.name}".encode()).hexdigest()[:12]
            path = line.path_px[:: -(-len(line.path_px) // 200)]  # an event holds 500 points at most
            script.drawn.append(Line(name, line.kind, path, line.spacing_mm))
    for candidate in image.candidates:
        lot = _lot(reader, image.file, candidate.name)
        if _is_on(candidate, image.truth):
            script.words[candidate.name] = "accept" if lot < 0.75 else "unsure" if lot < 0.87 else "reject"
        else:
            script.words[candidate.name] = "accept" if lot < 0.07 else "unsure" if lot < 0.15 else "reject"
    return script


def perform(ask: Ask, reader: str, images: Mapping[str, Image], scripts: Mapping[str, Script]) -> list[str]:
    """Read as the page does, image after image in the order that the server says; return that order."""
    order: list[str] = ask(reader, "", None)["order"]
    for file in order:
        script, events = scripts[file], []
        for line in script.drawn:
            events.append(_event(reader, file, line.name, "add", kind=line.kind, path_px=line.path_px))
        events.append(_event(reader, file, "", "done"))
        events.append(_event(reader, file, "", "reopen", overlay_visible=True))
        for name, word in script.words.items():
            events.append(_event(reader, file, name, word, overlay_visible=True))
        events.append(_event(reader, file, "", "done", overlay_visible=True, seconds=2.0))
        stored = ask(reader, "events", {"events": events})["stored"]
        if stored != [event["event"] for event in events]:
            raise SystemExit(f"{reader}, {file}: not all events were stored")
    return order


def adjudicate(ask: Ask, images: Sequence[Image], scripts: Mapping[str, Mapping[str, Script]]) -> int:
    """Settle every place on which the readers differ, by the truth; return how many there were."""
    settled = 0
    for image in images:
        for place, verdicts in places(image, {reader: scripts[reader][image.file] for reader in READERS}):
            if len(set(verdicts.values())) == 1:
                continue
            word = "accept" if _is_on(place, image.truth) else "reject"
            events = []
            if place.name.startswith("own-"):
                events.append(
                    _event(ADJUDICATOR, image.file, place.name, "add", kind=place.kind, path_px=place.path_px)
                )
            events.append(_event(ADJUDICATOR, image.file, place.name, word, overlay_visible=True))
            ask(ADJUDICATOR, "events", {"events": events})
            settled += 1
    return settled


def places(image: Image, scripts: Mapping[str, Script]) -> list[tuple[Line, dict[str, str]]]:
    """Return each candidate, then each drawn line that is on none, with what each reader says of it."""
    found: list[tuple[Line, dict[str, str]]] = [
        (candidate, {reader: script.words[candidate.name] for reader, script in scripts.items()})
        for candidate in image.candidates
    ]
    for reader in sorted(scripts):
        for line in scripts[reader].drawn:
            on = [verdicts for place, verdicts in found if _is_same(line, place)]
            if on:
                on[0][reader] = "accept"
            else:
                found.append((line, dict.fromkeys(scripts, "reject") | {reader: "accept"}))
    return found


# Numbers, from the scripts alone.


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of pairs of words."""
    same = sum(first == second for first, second in pairs) / len(pairs)
    chance = (
        sum(
            sum(first == word for first, _ in pairs) * sum(second == word for _, second in pairs)
            for word in CATEGORIES
        )
        / len(pairs) ** 2
    )
    return None if chance == 1 else (same - chance) / (1 - chance)


def fleiss(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Fleiss' kappa of two readers."""
    same = sum(first == second for first, second in pairs) / len(pairs)
    words = [word for pair in pairs for word in pair]
    chance = sum((words.count(word) / len(words)) ** 2 for word in CATEGORIES)
    return None if chance == 1 else (same - chance) / (1 - chance)


def marks_of(image: Image, script: Script, *, aided: bool) -> list[tuple[Line, float]]:
    """Return the lines that a reader left marked, with their ratings."""
    marks = [(line, _RATING["accept"]) for line in script.drawn]
    if aided:
        marks += [
            (candidate, _RATING[script.words[candidate.name]])
            for candidate in image.candidates
            if script.words[candidate.name] != "reject"
        ]
    return marks


def judged(image: Image, marks: Sequence[tuple[Line, float]]) -> tuple[list[float], float]:
    """Return the rating of each true line and the highest rating of a false mark."""
    true = [(line, rating) for line, rating in marks if _is_on(line, image.truth)]
    false = [rating for line, rating in marks if not _is_on(line, image.truth)]
    ratings = []
    for line in image.truth:
        reached = [
            rating
            for rating in _RATING.values()
            if _share(line, [mark for mark, own in true if own >= rating and mark.kind == line.kind]) >= 0.5
        ]
        ratings.append(max(reached, default=-np.inf))
    return ratings, max(false, default=-np.inf)


def wafroc(cases: Sequence[tuple[list[float], float]]) -> float:
    """Return the area by its definition, over every image without lines and every true line."""
    negative = [false for ratings, false in cases if not ratings]
    positive = [ratings for ratings, _ in cases if ratings]
    total = 0.0
    for false in negative:
        for ratings in positive:
            total += sum((z > false) + 0.5 * (z == false) for z in ratings) / len(ratings)
    return total / (len(negative) * len(positive))


def mrmc(
    cases: Mapping[tuple[int, int], Sequence[tuple[list[float], float]]], patients: Sequence[str]
) -> dict[str, float]:
    """Return Obuchowski-Rockette with two treatments and two readers, by the jackknife and the textbook."""
    cells = [(0, 0), (0, 1), (1, 0), (1, 1)]
    everybody = sorted(set(patients))
    count = len(everybody)
    theta = {cell: wafroc(cases[cell]) for cell in cells}
    # Pseudovalues of each patient, and their covariance over patients divided by the number of patients.
    pseudo = {
        cell: [
            count * theta[cell]
            - (count - 1)
            * wafroc([case for case, own in zip(cases[cell], patients, strict=True) if own != left_out])
            for left_out in everybody
        ]
        for cell in cells
    }

    def covariance(one: tuple[int, int], other: tuple[int, int]) -> float:
        a, b = pseudo[one], pseudo[other]
        mean_a, mean_b = sum(a) / count, sum(b) / count
        return sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True)) / (count - 1) / count

    cov2 = sum(covariance((t, 0), (t, 1)) for t in (0, 1)) / 2
    cov3 = sum(covariance((0, r), (1, 1 - r)) for r in (0, 1)) / 2
    aided, unaided = ((theta[t, 0] + theta[t, 1]) / 2 for t in (0, 1))
    grand = (aided + unaided) / 2
    of_reader = [(theta[0, r] + theta[1, r]) / 2 for r in (0, 1)]
    interaction = sum(
        (theta[t, r] - (aided, unaided)[t] - of_reader[r] + grand) ** 2 for t, r in cells
    )  # 1 degree of freedom
    error = interaction + 2 * max(cov2 - cov3, 0.0)
    treatment = 2 * ((aided - grand) ** 2 + (unaided - grand) ** 2)
    return {
        "difference": aided - unaided,
        "standard_error": error**0.5,  # of a difference of two means of two readers: 2 error / 2
        "f": treatment / error if error > 0 else float("inf"),
        "df": error**2 / interaction**2 if interaction > 0 else float("inf"),
    }


def by_hand(images: Sequence[Image], scripts: Mapping[str, Mapping[str, Script]]) -> dict[str, Any]:
    """Return the numbers of the study as the scripts alone give them."""
    of_lines: list[tuple[str, str]] = []
    of_images: list[tuple[str, str]] = []
    table: dict[tuple[str, str], int] = {}
    for image in images:
        found = places(image, {reader: scripts[reader][image.file] for reader in READERS})
        pairs = [(verdicts["anna"], verdicts["ben"]) for _, verdicts in found]
        of_lines += pairs
        anna, ben = (
            min((pair[place] for pair in pairs), key=CATEGORIES.index, default="reject") for place in (0, 1)
        )
        of_images.append((anna, ben))
        for pair in pairs:
            table[pair] = table.get(pair, 0) + 1
    cases = {
        (treatment, number): [
            judged(image, marks_of(image, scripts[reader][image.file], aided=treatment == 0))
            for image in images
        ]
        for treatment in (0, 1)
        for number, reader in enumerate(READERS)
    }
    return {
        "lines": len(of_lines),
        "table": [[table.get((one, other), 0) for other in CATEGORIES] for one in CATEGORIES],
        "line_kappa": kappa(of_lines),
        "image_kappa": kappa(of_images),
        "line_fleiss": fleiss(of_lines),
        "image_fleiss": fleiss(of_images),
        "wafroc": {
            f"{reader} {way}": wafroc(cases[treatment, number])
            for treatment, way in enumerate(("aided", "unaided"))
            for number, reader in enumerate(READERS)
        },
        "mrmc": mrmc(cases, [image.patient for image in images]),
    }


def by_program(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same numbers out of what `microcal review --agreement --json` says."""
    (pair,), together = document["cohen"], document["fleiss"]
    study = document["aided_unaided"]
    analysis = study["mrmc"]["wafroc_auc"]["random_readers_random_cases"]
    contrast = analysis["differences"][0]
    return {
        "lines": pair["lines"],
        "table": pair["line_counts"],
        "line_kappa": pair["line_kappa"]["value"],
        "image_kappa": pair["image_kappa"]["value"],
        "line_fleiss": together["line_kappa"]["value"],
        "image_fleiss": together["image_kappa"]["value"],
        "wafroc": {
            f"{reader} {way}": study[way][number]["wafroc_auc"]["value"]
            for way in ("aided", "unaided")
            for number, reader in enumerate(READERS)
        },
        "mrmc": {
            "difference": contrast["value"],
            "standard_error": contrast["standard_error"],
            "f": analysis["test"]["f"],
            "df": contrast["df"],
        },
    }


def differing(one: Any, other: Any, where: str = "") -> list[str]:
    """Return where two sets of numbers differ by more than the six decimals that are written."""
    if isinstance(one, dict):
        return [each for name in one for each in differing(one[name], other[name], f"{where} {name}")]
    if isinstance(one, list):
        pairs = enumerate(zip(one, other, strict=True))
        return [each for n, (a, b) in pairs for each in differing(a, b, f"{where} {n}")]
    if one is None or other is None:
        return [] if one is other else [f"{where}: {one} and {other}"]
    return [] if abs(one - other) <= 2e-6 * max(1.0, abs(one)) else [f"{where}: {one} and {other}"]


# Geometry by points, 0.1 mm apart.


def _line(name: str, values: Mapping[str, Any], spacing_mm: Sequence[float]) -> Line:
    row_mm, column_mm = spacing_mm
    return Line(name, values["kind"], values["path_px"], (row_mm, column_mm))


def _share(line: Line, others: Sequence[Line]) -> float:
    if not others:
        return 0.0
    points = np.concatenate([other.points_mm for other in others])
    away = np.hypot(*(line.points_mm[:, None] - points[None]).transpose(2, 0, 1)).min(axis=1)
    return float((away <= TOLERANCE_MM).mean())


def _is_on(line: Line, others: Sequence[Line]) -> bool:
    return _share(line, [other for other in others if other.kind == line.kind]) >= 0.5


def _is_same(line: Line, other: Line) -> bool:
    return line.kind == other.kind and _share(line, [other]) >= 0.5 and _share(other, [line]) >= 0.5


def _lot(*words: str) -> float:
    return int(hashlib.sha256("\0".join(words).encode()).hexdigest()[:12], 16) / 16**12


def _event(reader: str, file: str, line: str, action: str, **fields: Any) -> dict[str, Any]:
    """Return an event whose id follows from what it says and from which look at the image it is of."""
    look = "with" if fields.get("overlay_visible") else "without"
    name = "\0".join((reader, file, line, action, look))
    return {
        "event": hashlib.sha256(name.encode()).hexdigest()[:32],
        "utc": "2026-01-01T00:00:00Z",
        "reader": reader,
        "image": file,
        "pixel_sha256": None,
        "line": line,
        "action": action,
        "reason": None,
        "comment": "",
        "kind": None,
        "path_px": None,
        "overlay_visible": False,
        "seconds": 1.0,
        **fields,
    }


# The real thing: programs, and a server that is asked over loopback.


class Server:
    """`microcal review`, asked as the page asks it."""

    def __init__(self, out: Path, *options: str) -> None:
        command = [sys.executable, "-m", "microcal_xray", "review", str(out), "--port", "0", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip().removeprefix("Open ")
        self._token = self.address.rstrip("/").rsplit("/", 1)[-1]

    def ask(self, reader: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        """Return what a page gets: the block of the page itself, or the answer to what it sends."""
        request = urllib.request.Request(f"{self.address}{reader}/{path}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
            request.add_header("X-Microcal-Token", self._token)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read().decode()
        return block_of(text) if not path else dict(json.loads(text))

    def close(self) -> None:
        """End it as a user does, and wait for it."""
        self._process.terminate()
        self._process.wait(30)


def block_of(page: str) -> dict[str, Any]:
    """Return what a page is told of its server."""
    found = re.search(r'id="desk-server">(.*?)</script>', page, re.S)
    assert found is not None
    return dict(json.loads(found.group(1)))


def main() -> int:
    """Run the trial; the exit status is 1 if any number differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--out", type=Path, help="keep everything there (default: a folder that is removed)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.out or Path(folder)
        radiographs, out = work / "radiographs", work / "report"
        _microcal("simulate", "--out", radiographs, "--count", arguments.images, "--seed", arguments.seed)
        _microcal("analyze", radiographs, "--out", out, "--false-marks", 2)
        images = load(out, radiographs / "truth.json")
        scripts = {reader: {image.file: script_of(reader, image) for image in images} for reader in READERS}
        _read_all(out, images, scripts)
        said = ("review", out, "--agreement", "--truth", radiographs / "truth.json")
        document = json.loads(_microcal(*said, "--json"))
        print(_microcal(*said))
        wrong = differing(by_hand(images, scripts), by_program(document))
    print("\n".join(wrong) or "Every number is that of the scripts.")
    return int(bool(wrong))


def _read_all(out: Path, images: Sequence[Image], scripts: Mapping[str, Mapping[str, Script]]) -> None:
    server = Server(out, "--blinded", "--seed", "7")
    try:
        by_file = {image.file: image for image in images}
        for reader in READERS:
            perform(server.ask, reader, by_file, scripts[reader])
    finally:
        server.close()
    server = Server(out, "--adjudicate")
    try:
        print(f"{adjudicate(server.ask, images, scripts)} disagreements settled.\n")
    finally:
        server.close()


def _microcal(*words: object) -> str:
    command = [sys.executable, "-m", "microcal_xray", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
