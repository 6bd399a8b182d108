"""Fit the strength of bumps, its rate of false ones and the errors of their sizes; writes models/bumps.json.

Usage: python tools/fit_bumps.py [FIRST LAST]   (seeds, 0 to 400 unless given; all under 900)
       python tools/fit_bumps.py --sizes FIRST LAST
       python tools/fit_bumps.py --shells FIRST LAST SHELLS   (pictures without, and with a shell from 0 on)
       python tools/fit_bumps.py --pictures FOLDER

The second form writes what is lost of bumps and their intervals anew and leaves strength and rates; the third
what belongs to shells beside the cortex. The fourth leaves the fit as it is and writes the rates of real
pictures anew, from those in FOLDER that have neither a line nor a bump (`truth.csv`, as that of
../shared/data/dev). Only numbers are kept of them.

Rates of false bumps come from strengths by weights that were fitted without the picture (five folds), each
place counted once, as a search counts it.
"""

import json
import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from bump_samples import Sample, plain_pictures, sample, shell_sample

import microcal_xray as mx
from microcal_xray.contour import BumpShape, opposite_px
from microcal_xray.contour.sizes import terms_of
from microcal_xray.contour.strength import FEATURES, SHELL_FEATURES, features, shell_features
from microcal_xray.outlining import outlines_of, told_apart
from microcal_xray.searching import looked_at, surveyed

FloatArray = npt.NDArray[np.float64]

MODEL = Path(__file__).parents[1] / "src" / "microcal_xray" / "contour" / "models" / "bumps.json"
_RIDGE = 1.0
_FOLDS = 5
_RATES = np.array([10, 6, 4, 2.5, 1.6, 1.0, 0.6, 0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
_NEAR_MM = 3.0
_FEWEST = 2  # a rate by a single bump would be that bump's
_TWICE_PX = 16.0
_DIAL = 0.5  # false bumps per picture at which sizes are judged
_LEAST_HEIGHT_MM, _LEAST_LENGTH_MM = 1.0, 5.0
_TAILS = (2.5, 97.5)  # percent
_OF_BUMP, _OF_SHAFT = ("brightness", "flat", "one_sided"), ("straying", "flat", "far")
_TERMS = {
    "height": _OF_BUMP,
    "length": _OF_BUMP,
    "area": _OF_BUMP,
    "callus_index": _OF_SHAFT,
    "shaft": _OF_SHAFT,
}
_SCALE_FOLDS, _SCALE_RIDGE = 10, 3.0
_SHELL_RATES = np.array([0.4, 0.25, 0.15, 0.1, 0.06, 0.04, 0.025, 0.015, 0.01, 0.007])
_SHELL_SHARE = 0.05  # of the false bumps that are asked for may be shells
_LEAST_OFF = 0.02  # of a logarithm: no size is told better


@dataclass(frozen=True)
class Seen:
    """One shape of a picture.

    Parameters
    ----------
    shape : BumpShape
    is_drawn : bool
        Whether it lies at the bump that was drawn.
    distance_px : float or None
        To the opposite outline.
    """

    shape: BumpShape
    is_drawn: bool
    distance_px: float | None


@dataclass(frozen=True)
class Picture:
    """A simulated picture with its shapes, sizes that were drawn in working pixels.

    Parameters
    ----------
    shapes : tuple of Seen
    height_px, length_px, area_px2, shaft_px : float or None
        None: no bump of a size that is asked for, or a shaft that is not known.
    """

    shapes: tuple[Seen, ...]
    height_px: float | None = None
    length_px: float | None = None
    area_px2: float | None = None
    shaft_px: float | None = None


def seen_in(one: Sample) -> Picture:
    """Return what is seen in a picture."""
    found = looked_at(one.radiograph)
    search = outlines_of(found, surveyed(found))
    mm = one.radiograph.mm_per_pixel()
    shapes = []
    for outline in search.outlines:
        for shape in outline.shapes:
            middle = found.stored(shape.base_px.mean(axis=0)[None])[0]
            away = np.inf if one.path_px is None else np.linalg.norm(one.path_px - middle, axis=1).min()
            across = opposite_px(shape.base_px[len(shape.base_px) // 2], shape.outward, search.outlines)
            distance = None if across is None else across[0] + shape.foot_px
            shapes.append(Seen(shape, bool(away * mm < _NEAR_MM), distance))
    large = one.bump is not None and one.height_mm >= _LEAST_HEIGHT_MM
    if not (large and one.bump is not None and one.bump.course.length_mm >= _LEAST_LENGTH_MM):
        return Picture(tuple(shapes))
    px = found.working.scale / mm
    shaft = None if one.shaft_mm is None else one.shaft_mm * px
    return Picture(tuple(shapes), one.height_mm * px, one.length_mm * px, one.area_mm2 * px**2, shaft)


def fitted(rows: FloatArray, labels: FloatArray) -> tuple[FloatArray, float]:
    """Return weights and constant of a logistic regression with a small penalty, by Newton's method."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    terms = np.column_stack([(rows - middle) / spread, np.ones(len(rows))])
    penalty = np.diag([_RIDGE] * rows.shape[1] + [0.0])
    weights = np.zeros(terms.shape[1])
    for _ in range(40):
        chance = 1 / (1 + np.exp(-np.clip(terms @ weights, -30, 30)))
        hessian = terms.T @ (terms * (chance * (1 - chance))[:, None]) + penalty
        weights += np.linalg.solve(hessian, terms.T @ (labels - chance) - penalty @ weights)
    return weights[:-1] / spread, float(weights[-1] - (weights[:-1] / spread) @ middle)


def strengths_unseen(pictures: list[Picture]) -> list[FloatArray]:
    """Return the strengths of the shapes of each picture by weights that were fitted without it."""
    rows = [np.array([features(one.shape) for one in picture.shapes]) for picture in pictures]
    labels = [np.array([one.is_drawn for one in picture.shapes], np.float64) for picture in pictures]
    strengths = [np.zeros(0)] * len(pictures)
    for fold in range(_FOLDS):
        kept = [place for place in range(len(pictures)) if place % _FOLDS != fold and len(rows[place])]
        weights, constant = fitted(
            np.concatenate([rows[place] for place in kept]), np.concatenate([labels[place] for place in kept])
        )
        for place in range(fold, len(pictures), _FOLDS):
            if len(rows[place]):
                strengths[place] = rows[place] @ weights + constant
    return strengths


def once(picture: Picture, strengths: FloatArray) -> list[tuple[float, Seen]]:
    """Return each place once with its strength, strongest first, as `outlining.told_apart` does."""
    kept: list[tuple[float, Seen]] = []
    taken: list[FloatArray] = []
    for place in np.argsort(-strengths):
        one = picture.shapes[place]
        middle = one.shape.base_px.mean(axis=0)
        if all(np.linalg.norm(middle - other) >= max(_TWICE_PX, one.shape.length_px / 2) for other in taken):
            taken.append(middle)
            kept.append((float(strengths[place]), one))
    return kept


def rates_of(false: FloatArray, pictures: int, rates: FloatArray = _RATES) -> dict[str, list[float]]:
    """Return the strengths that so many false bumps per picture reach or exceed."""
    falling = np.sort(false)[::-1]
    kept: list[tuple[float, float]] = []
    for rate in rates.tolist():
        number = round(rate * pictures)
        if not _FEWEST <= number <= len(falling):
            continue
        place = float(falling[number - 1])
        if not kept or place > kept[-1][0] + 1e-6:
            kept.append((place, rate))
    return {"strengths": [round(place, 4) for place, _ in kept], "false_bumps": [rate for _, rate in kept]}


def sizes_of(hits: list[tuple[Picture, Seen]]) -> dict[str, object]:
    """Return what is lost of bumps and how far truth lies beside what is told; see `contour/sizes.py`."""
    known = [(picture, one) for picture, one in hits if picture.height_px is not None]
    truth = np.array([(p.height_px, p.length_px, p.area_px2) for p, _ in known], np.float64)
    told = np.array([(s.shape.height_px, s.shape.length_px, s.shape.area_px2) for _, s in known])
    low = round(float(np.median(truth[:, 0] - told[:, 0])), 3)
    height = told[:, 0] + low
    ends = round(float(np.median((truth[:, 1] / told[:, 1] - 1) * height)), 3)
    length = told[:, 1] * (1 + ends / height)
    area = told[:, 2] * height / told[:, 0] + ends**2 * told[:, 1] / (2 * height)
    errors = {
        name: np.log(truth[:, place] / value)
        for place, (name, value) in enumerate((("height", height), ("length", length), ("area", area)))
    }
    errors |= _errors_across(known, height)
    terms = [terms_of(one.shape, low, one.distance_px or 0.0) for _, one in known]
    return {
        "height_px": low,
        "low_ends_px": ends,
        **{name: _reach(errors[name], terms, _TERMS[name]) for name in _TERMS},
        "fitted_on": len(known),
    }


def _errors_across(known: list[tuple[Picture, Seen]], height: FloatArray) -> dict[str, FloatArray]:
    """Return the errors of diameter and callus index; not a number where one is not known."""
    shaft = np.array([picture.shaft_px or np.nan for picture, _ in known])
    distance = np.array([one.distance_px or np.nan for _, one in known])
    true = np.array([picture.height_px for picture, _ in known], np.float64)
    return {"shaft": np.log(shaft / distance), "callus_index": np.log(true / shaft / (height / distance))}


def _reach(errors: FloatArray, terms: list[dict[str, float]], names: tuple[str, ...]) -> dict[str, object]:
    """Return the scale on which logarithms err, over terms of the bump, and their tails in that scale.

    The scale is a regression of the logarithm of what was off. A bump counts for the tails in the scale that
    was fitted without it (ten folds), so that the tails are those of a next bump.
    """
    known = np.isfinite(errors)
    off = errors[known]
    rows = np.array([[one[name] for name in names] for one in terms])[known]
    scales = np.zeros(len(off))
    for fold in range(_SCALE_FOLDS):
        own = np.arange(len(off)) % _SCALE_FOLDS == fold
        weights, constant = _scale(rows[~own], off[~own])
        scales[own] = np.exp(rows[own] @ weights + constant)
    weights, constant = _scale(rows, off)
    low, high = np.percentile(off / scales, _TAILS, method="weibull")  # its rank among n + 1 is even
    return {
        "terms": {name: round(float(value), 4) for name, value in zip(names, weights, strict=True)},
        "constant": round(constant, 4),
        "low": round(float(low), 3),
        "high": round(float(high), 3),
    }


def _scale(rows: FloatArray, off: FloatArray) -> tuple[FloatArray, float]:
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    table = np.column_stack([(rows - middle) / spread, np.ones(len(rows))])
    penalty = np.diag([_SCALE_RIDGE] * rows.shape[1] + [0.0])
    fit = np.linalg.solve(table.T @ table + penalty, table.T @ np.log(np.abs(off) + _LEAST_OFF))
    return fit[:-1] / spread, float(fit[-1] - (fit[:-1] / spread) @ middle)


def hits_of(pictures: list[Picture]) -> tuple[list[tuple[Picture, Seen]], FloatArray]:
    """Return the drawn bumps listed at the dial at which sizes are judged, and all false strengths."""
    apart = [once(*pair) for pair in zip(pictures, strengths_unseen(pictures), strict=True)]
    false = np.array([strength for kept in apart for strength, one in kept if not one.is_drawn])
    dial = float(np.sort(false)[::-1][round(_DIAL * len(pictures)) - 1])
    hits = [
        (picture, next(one for strength, one in kept if one.is_drawn))
        for picture, kept in zip(pictures, apart, strict=True)
        if any(one.is_drawn and strength >= dial for strength, one in kept)
    ]
    return hits, false


def without_shells(picture: Picture) -> Picture:
    """Return a picture with what was found on the outlines themselves."""
    return replace(picture, shapes=tuple(one for one in picture.shapes if one.shape.shell is None))


def shells_of(plain: list[Picture], drawn: list[Picture]) -> tuple[dict[str, object], dict[str, object]]:
    """Return the model of shells beside the cortex, and how far truth lies beside what is told of them.

    A shell that lies at a bump that was drawn counts neither way.
    """
    kept: list[tuple[int, Seen, float]] = []
    for place, picture in enumerate([*plain, *drawn]):
        for one in picture.shapes:
            if one.shape.shell is not None and not (place < len(plain) and one.is_drawn):
                kept.append((place, one, float(one.is_drawn)))
    rows = np.array([shell_features(one.shape) for _, one, _ in kept])
    labels = np.array([label for *_, label in kept])
    fold = np.array([place for place, *_ in kept]) % _FOLDS
    unseen = np.zeros(len(kept))
    for number in range(_FOLDS):
        weights, constant = fitted(rows[fold != number], labels[fold != number])
        unseen[fold == number] = rows[fold == number] @ weights + constant
    weights, constant = fitted(rows, labels)
    pictures = len(plain) + len(drawn)
    rates = rates_of(unseen[labels == 0], pictures, _SHELL_RATES)
    model = {
        "weights": {
            name: round(float(value), 4) for name, value in zip(SHELL_FEATURES, weights, strict=True)
        },
        "constant": round(constant, 4),
        "strengths": rates["strengths"],
        "false_bumps": [round(rate / _SHELL_SHARE, 3) for rate in rates["false_bumps"]],
        "fitted_on": {"pictures": pictures, "ridges": len(kept), "shells": int(labels.sum())},
    }
    return model, _sizes_of_shells(drawn)


def _sizes_of_shells(drawn: list[Picture]) -> dict[str, object]:
    sizes = json.loads(MODEL.read_text(encoding="utf-8"))["sizes"]
    low, ends = sizes["height_px"], sizes["low_ends_px"]
    off: dict[str, list[float]] = {"height": [], "length": [], "area": [], "callus_index": []}
    for picture in drawn:
        own = [one for one in picture.shapes if one.is_drawn and one.shape.shell is not None]
        if not own or picture.height_px is None or picture.length_px is None or picture.area_px2 is None:
            continue
        best = max(own, key=lambda one: 0.0 if one.shape.shell is None else one.shape.shell.z)
        shape, height = best.shape, best.shape.height_px + low
        area = shape.area_px2 * height / shape.height_px + ends**2 * shape.length_px / (2 * height)
        off["height"].append(math.log(picture.height_px / height))
        off["length"].append(math.log(picture.length_px / (shape.length_px * (1 + ends / height))))
        off["area"].append(math.log(picture.area_px2 / area))
        if best.distance_px is not None and picture.shaft_px is not None:
            right = picture.height_px / picture.shaft_px
            off["callus_index"].append(math.log(right / (height / best.distance_px)))
    return {name: _tails_about_the_middle(np.array(values)) for name, values in off.items()}


def _tails_about_the_middle(values: FloatArray) -> dict[str, float]:
    middle = float(np.median(values))
    low, high = (float(end) for end in np.percentile(values - middle, _TAILS, method="weibull"))
    return {
        "factor": round(math.exp(middle), 3),
        "low": round(low, 3),
        "high": round(high, 3),
        "fitted_on": len(values),
    }


def record_of(pictures: list[Picture], seeds: tuple[int, int]) -> dict[str, object]:
    """Return the model of simulated pictures."""
    table = np.array([features(one.shape) for picture in pictures for one in picture.shapes])
    labels = np.array([one.is_drawn for picture in pictures for one in picture.shapes], np.float64)
    weights, constant = fitted(table, labels)
    hits, false = hits_of(pictures)
    return {
        "weights": {name: round(float(value), 4) for name, value in zip(FEATURES, weights, strict=True)},
        "constant": round(constant, 4),
        **rates_of(false, len(pictures)),
        "sizes": {**sizes_of(hits), "seeds": list(seeds)},
        "fitted_on": {
            "pictures": len(pictures),
            "seeds": list(seeds),
            "shapes": len(table),
            "bumps": int(labels.sum()),
        },
    }


def write_shells(plain: list[Picture], drawn: list[Picture]) -> None:
    """Write what belongs to shells into the model."""
    record = json.loads(MODEL.read_text(encoding="utf-8"))
    record["shells"], record["sizes"]["shells"] = shells_of(plain, drawn)
    MODEL.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps([record["shells"], record["sizes"]["shells"]], indent=1))


def write_sizes(pictures: list[Picture], seeds: tuple[int, int]) -> None:
    """Write the sizes into the model."""
    record = json.loads(MODEL.read_text(encoding="utf-8"))
    shells = record["sizes"].get("shells", {})
    record["sizes"] = {"shells": shells, **sizes_of(hits_of(pictures)[0]), "seeds": list(seeds)}
    MODEL.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record["sizes"], indent=1))


def write(record: dict[str, object]) -> None:
    """Write the model; the rates of pictures stay, which are of strengths by the former weights."""
    kept = json.loads(MODEL.read_text(encoding="utf-8")) if MODEL.exists() else {}
    record = {**record, "pictures": kept.get("pictures", {}), "shells": kept.get("shells", {})}
    MODEL.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record, indent=1))


def write_rates_of_pictures(folder: Path) -> None:
    """Write the rates of real pictures into the model."""
    strengths: list[float] = []
    paths = plain_pictures(folder)
    for path in paths:
        found = looked_at(mx.read_radiograph(path))
        if found.searched is not None or found.field.body.any():
            strengths += [strength for strength, _ in told_apart(outlines_of(found, surveyed(found)))]
    record = json.loads(MODEL.read_text(encoding="utf-8"))
    record["pictures"] = {**rates_of(np.array(strengths), len(paths)), "fitted_on": len(paths)}
    MODEL.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record["pictures"], indent=1))


def main() -> None:
    """Fit and write."""
    if sys.argv[1:2] == ["--pictures"]:
        write_rates_of_pictures(Path(sys.argv[2]))
        return
    if sys.argv[1:2] == ["--sizes"]:
        first, last = (int(value) for value in sys.argv[2:4])
        seen = [without_shells(seen_in(sample(seed))) for seed in range(first, last)]
        write_sizes(seen, (first, last - 1))
        return
    if sys.argv[1:2] == ["--shells"]:
        first, last, shells = (int(value) for value in sys.argv[2:5])
        plain = [seen_in(sample(seed)) for seed in range(first, last)]
        write_shells(plain, [seen_in(shell_sample(seed)) for seed in range(shells)])
        return
    first, last = (int(value) for value in sys.argv[1:3]) if len(sys.argv) > 2 else (0, 400)
    seen = [without_shells(seen_in(sample(seed))) for seed in range(first, last)]
    write(record_of(seen, (first, last - 1)))


if __name__ == "__main__":
    main()
