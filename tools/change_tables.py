"""The tables of docs/compare.md, from rows of pairs that nothing was fitted on."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from change_fit import CHANGED
from change_pairs import Happened
from change_rows import facts_of

from microcal_xray.change_errors import Processing, shipped_change_factors
from microcal_xray.change_rules import Judged, LineFacts, judged
from microcal_xray.changes import QuantityChange, Verdict
from microcal_xray.findings import Kind

CLEAR = 13.0  # ideal observer's d' at both visits from which a case is clear
EXPECTED = {
    Happened.GREW: {Verdict.LARGER},
    Happened.SHRANK: {Verdict.SMALLER},
    Happened.HEALED: {Verdict.BRIGHTER},
    Happened.VANISHED: {Verdict.GONE},
    Happened.APPEARED: {Verdict.NEW},
    Happened.FADED: {Verdict.BRIGHTER, Verdict.GONE},
}
STEPS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, math.inf)  # true change over the least significant one
_ON_IT = 0.5  # of a candidate lies on the line that was drawn
Record = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One line of a row, with its word."""

    facts: LineFacts
    said: Judged
    is_true: bool
    d_prime: float
    false_marks: float

    @property
    def is_changed(self) -> bool:
        """Whether a word of change is said of it."""
        return self.said.verdict in CHANGED

    @property
    def is_dark_to_bright(self) -> bool:
        """Whether it became bright."""
        kinds = tuple(one.kind for one in self.said.seen)
        return kinds == (Kind.LUCENT, Kind.SCLEROTIC) and self.said.verdict is Verdict.BRIGHTER


@dataclass(frozen=True)
class Compared:
    """One pair: its row, its lines."""

    row: Record
    lines: tuple[Line, ...]

    @property
    def happened(self) -> Happened:
        """What became of the line that was drawn."""
        return Happened(self.row["happened"])

    @property
    def true_lines(self) -> list[Line]:
        """The candidates that lie on it, what stands out best first."""
        return sorted((line for line in self.lines if line.is_true), key=lambda line: -line.d_prime)

    @property
    def is_clear(self) -> bool:
        """Whether an ideal observer sees the line well at each visit that has it."""
        known = [self.row[when] for when in ("before", "after") if self.row[when]]
        return bool(known) and all((truth["d_prime"] or 0) >= CLEAR for truth in known)

    @property
    def is_raw(self) -> bool:
        """Whether both pictures are as the detector gave them."""
        return any(line.facts.processing is Processing.RAW for line in self.lines)

    def bias(self, key: str) -> Iterator[tuple[float, QuantityChange]]:
        """Yield the true change of what was measured, and the measured one, for the line that was drawn."""
        truths = self.row["before"], self.row["after"]
        if self.happened is Happened.SAME or not (truths[0] and truths[1]):
            return
        for line in self.true_lines[:1]:
            change: QuantityChange | None = getattr(line.said, key)
            if change is not None and change.unit == "mm":
                yield truths[1][f"{key}_mm"] - truths[0][f"{key}_mm"], change


def compared(rows: Sequence[Record]) -> list[Compared]:
    """Return the pairs of rows, every line with its word by the factors that come with the package."""
    return [
        Compared(row, tuple(_line(line) for line in row["lines"] if line["facts"]))
        for row in rows
        if "happened" in row
    ]


def _line(line: Record) -> Line:
    facts = facts_of(line["facts"])
    said = judged(facts, shipped_change_factors())
    marks = [one["false_marks"] for one in line["listed"] if one]
    strength = max((card["d_prime"] for card in line["cards"] if card), default=0.0)
    return Line(facts, said, line["true_share"] >= _ON_IT, strength, min(marks))


def tables(rows: Sequence[Record]) -> list[str]:
    """Return the tables of docs/compare.md."""
    pairs = compared(rows)
    return [
        *_goals(pairs),
        "",
        *_refusals(rows),
        "",
        *_words(pairs),
        "",
        *_biases(pairs),
        "",
        *_power(pairs, "length"),
        "",
        *_power(pairs, "equivalent_width"),
    ]


def _goals(pairs: Sequence[Compared]) -> list[str]:
    same = [pair for pair in pairs if pair.happened is Happened.SAME]
    healed = [pair for pair in pairs if pair.happened is Happened.HEALED]
    return [
        "| goal | measured (95 % interval, pairs drawn again) | of |",
        "| --- | --- | --- |",
        _row(
            "registration error on the bone of the line, median of pairs (mm)",
            pairs,
            lambda some: _off(some, 0),
        ),
        _row(
            "the same, 95th percentile within a picture, median of pairs (mm)",
            pairs,
            lambda some: _off(some, 1),
        ),
        _row(
            "pairs with a registration error over 0.5 mm",
            pairs,
            lambda some: _share([p.row["bone_error_mm"][0] > 0.5 for p in some if p.row["bone_error_mm"]]),
        ),
        _row(
            "pairs of one bone refused", pairs, lambda some: _share([not p.row["comparable"] for p in some])
        ),
        _row("unchanged lines with a word of change", same, lambda some: _false(some)),
        _row("the same, lines that were drawn", same, lambda some: _false(some, lambda line: line.is_true)),
        _row(
            "the same, candidates of at most one false mark an image",
            same,
            lambda some: _false(some, lambda line: line.false_marks <= 1),
        ),
        _row("the same, both raw", same, _false_when(Processing.RAW)),
        _row("the same, both processed", same, _false_when(Processing.SHOWN)),
        _row("the same, one of each", same, _false_when(Processing.OTHER)),
        *(
            _row(f"{what.value}: recognised, clear and listed", _clear(pairs, what), _recognised)
            for what in Happened
            if what is not Happened.SAME
        ),
        _row("dark to bright recognised, clear and listed", _clear(healed), _turned),
        _row(
            "dark to bright recognised, clear, of all pairs",
            [pair for pair in healed if pair.is_clear],
            _turned,
        ),
    ]


def _refusals(rows: Sequence[Record]) -> list[str]:
    lines = ["| other bones | refused | of |", "| --- | --- | --- |"]
    for words in ("another person", "another limb", "another view"):
        some = [row for row in rows if row.get("refusal") == words]
        lines.append(f"| {words} | {sum(not row['comparable'] for row in some)} | {len(some)} |")
    return lines


def _clear(pairs: Sequence[Compared], what: Happened | None = None) -> list[Compared]:
    asked = [pair for pair in pairs if what is None or pair.happened is what]
    return [pair for pair in asked if pair.is_clear and pair.true_lines]


def _row(name: str, pairs: Sequence[Compared], measure: Callable[[Sequence[Compared]], float]) -> str:
    rng = np.random.default_rng(0)
    value = measure(pairs) if pairs else math.nan
    drawn = [
        measure([pairs[i] for i in rng.integers(0, len(pairs), len(pairs))])
        for _ in range(400 if math.isfinite(value) else 0)
    ]
    known = [each for each in drawn if math.isfinite(each)]
    if not known:
        return f"| {name} | - | {len(pairs)} pairs |"
    low, high = np.percentile(known, [2.5, 97.5])
    return f"| {name} | {value:.3f} ({low:.3f} to {high:.3f}) | {len(pairs)} pairs |"


def _share(cases: Sequence[bool]) -> float:
    return float(np.mean(cases)) if cases else math.nan


def _off(pairs: Sequence[Compared], index: int) -> float:
    values = [pair.row["bone_error_mm"][index] for pair in pairs if pair.row["bone_error_mm"]]
    return float(np.median(values)) if values else math.nan


def _false(pairs: Sequence[Compared], counts: Callable[[Line], bool] = lambda line: True) -> float:
    return _share([line.is_changed for pair in pairs for line in pair.lines if counts(line)])


def _false_when(processing: Processing) -> Callable[[Sequence[Compared]], float]:
    return lambda pairs: _false(pairs, lambda line: line.facts.processing is processing)


def _recognised(pairs: Sequence[Compared]) -> float:
    return _share(
        [any(line.said.verdict in EXPECTED[pair.happened] for line in pair.true_lines) for pair in pairs]
    )


def _turned(pairs: Sequence[Compared]) -> float:
    return _share([any(line.is_dark_to_bright for line in pair.true_lines) for pair in pairs])


def _words(pairs: Sequence[Compared]) -> list[str]:
    words = [word.value for word in Verdict if word is not Verdict.NOT_COMPARABLE]
    rows = [
        "| what happened | " + " | ".join([*words, "not compared or listed"]) + " |",
        "| --- |" + " --- |" * (len(words) + 1),
    ]
    for what in Happened:
        own = [pair for pair in pairs if pair.happened is what]
        first = [pair.true_lines[0].said.verdict.value if pair.true_lines else "" for pair in own]
        counts = [str(first.count(word)) for word in [*words, ""]]
        rows.append(f"| {what.value} | " + " | ".join(counts) + " |")
    return rows


def _biases(pairs: Sequence[Compared]) -> list[str]:
    rows = [
        "| change | what happened | bias over least significant change, median | measured over true, median "
        "| lines |",
        "| --- | --- | --- | --- | --- |",
    ]
    for key in ("length", "equivalent_width"):
        asked = [pair for pair in pairs if key == "length" or pair.is_raw]
        # A fissure and the band that it becomes do not end at the same places.
        known = [Happened.GREW, Happened.SHRANK]
        known += [Happened.HEALED, Happened.FADED] if key == "equivalent_width" else []
        for what in (None, *known):
            some = [pair for pair in asked if pair.happened in known and what in (None, pair.happened)]
            rows.append(
                f"| {key.replace('_', ' ')} | {what.value if what else 'all'} | {_bias_cells(some, key)} |"
            )
    return rows


def _bias_cells(pairs: Sequence[Compared], key: str) -> str:
    found = [each for pair in pairs for each in pair.bias(key) if abs(each[0]) > 1e-6]
    if not found:
        return "- | - | 0"
    # Towards more change than there was is positive, whichever way it went.
    errors = np.array(
        [math.copysign(1, true) * (one.change - true) / one.least_significant for true, one in found]
    )
    shares = np.array([one.change / true for true, one in found])
    rng = np.random.default_rng(0)
    cells = []
    for values in (errors, shares):
        drawn = [np.median(rng.choice(values, len(values))) for _ in range(1000)]
        low, high = np.percentile(drawn, [2.5, 97.5])
        cells.append(f"{np.median(values):.2f} ({low:.2f} to {high:.2f})")
    return f"{cells[0]} | {cells[1]} | {len(found)}"


def _power(pairs: Sequence[Compared], key: str) -> list[str]:
    asked = [pair for pair in pairs if key == "length" or pair.is_raw]
    found = [
        (abs(true) / one.least_significant, one.is_significant and one.change * true > 0)
        for pair in asked
        if key != "length" or pair.happened in (Happened.GREW, Happened.SHRANK)
        for true, one in pair.bias(key)
    ]
    rows = [
        f"| true change of {key.replace('_', ' ')} over the least significant one | significant, its way "
        "| lines |",
        "| --- | --- | --- |",
    ]
    for low, high in pairwise(STEPS):
        seen = [is_seen for size, is_seen in found if low <= size < high]
        words = f"{low:g} to {high:g}" if math.isfinite(high) else f"over {low:g}"
        rows.append(f"| {words} | {f'{_share(seen):.0%}' if seen else '-'} | {len(seen)} |")
    return rows
