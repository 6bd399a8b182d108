"""Results as plain text for a terminal."""

from collections.abc import Iterable, Sequence

from .compare import Comparison
from .mrmc import Analysis, MrmcAnalysis
from .pool import FalseMarkImages
from .printable import printable
from .resampling import Estimate
from .results import Evaluation, GroupResult

_IMAGES_WORDS = {
    FalseMarkImages.ALL: "all pictures",
    FalseMarkImages.LINE_FREE: "line-free pictures",
    FalseMarkImages.LINES: "pictures with lines",
}
GROUPING_WORDS = {
    "kind": "kind",
    "d_prime": "detectability d'",
    "width_mm": "width, mm",
    "anatomy": "anatomy",
}


def evaluation_text(evaluation: Evaluation) -> str:
    """Return the results of one detector as a text of several tables, at most about 100 characters wide.

    Parameters
    ----------
    evaluation : Evaluation
    """
    level = f"{evaluation.options.bootstrap.level:.0%}"
    blocks = [
        counts_text(evaluation),
        text_table(("measure", "value", f"{level} interval"), _headline_rows(evaluation)),
        _sensitivity_block(evaluation),
        *(_group_block(evaluation, name) for name in evaluation.groups),
        _mimics_block(evaluation),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def comparison_text(comparison: Comparison) -> str:
    """Return the differences of two detectors as a text table: first minus second.

    Parameters
    ----------
    comparison : Comparison
    """
    rows = []
    for figure in comparison.figures:
        jackknife = figure.jackknife
        rows.append(
            (
                figure.name,
                number(figure.first),
                number(figure.second),
                number(figure.difference.value, signed=True),
                limits(figure.difference, signed=True),
                p_words(figure.p_value),
                p_words(jackknife.p_value if jackknife else None),
            )
        )
    head = ("measure", "first", "second", "difference", "interval", "p bootstrap", "p jackknife")
    return text_table(head, rows) + "\n"


def mrmc_text(analysis: MrmcAnalysis) -> str:
    """Return an analysis of several treatments and readers as a text table."""
    named = (
        ("random readers, random cases", analysis.random_readers_random_cases),
        ("fixed readers, random cases", analysis.fixed_readers_random_cases),
        ("random readers, fixed cases", analysis.random_readers_fixed_cases),
    )
    rows = [row for name, each in named if each is not None for row in _mrmc_rows(name, each)]
    head = ("generalises to", "treatments", "difference", "interval", "df", "p", "p all equal")
    return text_table(head, rows) + "\n"


def counts_text(evaluation: Evaluation) -> str:
    """Return in two or three lines how much there was to evaluate."""
    counts = evaluation.counts
    text = (
        f"{_counted(counts.images, 'picture')} of {_counted(counts.patients, 'patient')}: "
        f"{counts.with_lines} with {_counted(counts.lines, 'line')}, {counts.line_free} line-free, "
        f"{counts.unsure} unsure.\n"
        f"{_counted(counts.candidates, 'candidate')}: {counts.true} true, {counts.false} false, "
        f"{counts.ignored} ignored."
    )
    left_out = [
        f"{number} {words}"
        for number, words in (
            (counts.failed, "not readable to the detector (counted as without candidates)"),
            (counts.not_listed, "not in the candidates file"),
            (counts.without_truth, "not in the truth"),
            (counts.set_aside, "of unknown truth"),
        )
        if number
    ]
    return text + ("\nPictures: " + "; ".join(left_out) + "." if left_out else "")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def headline(evaluation: Evaluation) -> list[tuple[str, Estimate]]:
    """Return the measures that have one value, the primary one first, with their words."""
    chosen = evaluation.options.false_mark_images
    rows = [
        ("wAFROC-AUC (primary)", evaluation.wafroc_auc),
        ("AFROC-AUC", evaluation.afroc_auc),
        ("image AUC", evaluation.image_auc),
        (f"FROC score, false marks on {_IMAGES_WORDS[chosen]}", evaluation.froc_score[chosen]),
        ("recall of the whole lists", evaluation.recall),
    ]
    tops = zip((1, 3, 5), evaluation.top_recall, evaluation.first_true, strict=True)
    for top, lines, pictures in tops:
        rows += [
            (f"lines hit by the first {top}", lines),
            (f"pictures with a true one in the first {top}", pictures),
        ]
    rows.append(("median rank of the first true one", Estimate(evaluation.first_true_rank_median)))
    for images in FalseMarkImages:
        rows.append((f"false marks per picture, {_IMAGES_WORDS[images]}", evaluation.false_marks[images]))
    rows.append(("false marks per picture asked for", Estimate(evaluation.false_marks_asked)))
    for each in evaluation.placements:
        rows += [
            (f"distance to the line, mean, {each.unit}", each.distance),
            (f"distance to the line, 95 % of points within, {each.unit}", Estimate(each.distance_p95)),
            (f"length error, mean, {each.unit}", each.length_error),
            (f"length error without sign, mean, {each.unit}", each.absolute_length_error),
        ]
    if evaluation.ideal is not None:
        rows += [
            ("fraction of the ideal FROC score", evaluation.ideal.fraction),
            ("efficiency at 1 false mark per picture", Estimate(evaluation.ideal.efficiency)),
        ]
    return rows


def number(value: float | None, *, signed: bool = False) -> str:
    """Return a number with three decimals, or a dash.

    Examples
    --------
    >>> number(0.5), number(None), number(0.25, signed=True)
    ('0.500', '-', '+0.250')
    """
    if value is None:
        return "-"
    return f"{value:+.3f}" if signed else f"{value:.3f}"


def limits(estimate: Estimate, *, signed: bool = False) -> str:
    """Return the interval of an estimate, or a dash."""
    if estimate.low is None or estimate.high is None:
        return "-"
    return f"{number(estimate.low, signed=signed)} to {number(estimate.high, signed=signed)}"


def images_words(images: FalseMarkImages) -> str:
    """Return the words for a set of pictures on which false marks are counted."""
    return _IMAGES_WORDS[images]


def _headline_rows(evaluation: Evaluation) -> list[tuple[str, str, str]]:
    return [(words, number(each.value), limits(each)) for words, each in headline(evaluation)]


def _sensitivity_block(evaluation: Evaluation) -> str:
    rows = []
    for index, rate in enumerate(evaluation.options.rates):
        cells = [f"{rate:g}"]
        for images in FalseMarkImages:
            each = evaluation.sensitivity[images][index]
            cells.append(
                f"{number(each.value)} ({limits(each)})" if each.low is not None else number(each.value)
            )
        rows.append(cells)
    head = ["false marks per picture on", *(_IMAGES_WORDS[images] for images in FalseMarkImages)]
    return "Sensitivity\n" + text_table(head, rows)


def group_numbers(group: GroupResult, one: int) -> tuple[str, ...]:
    """Return the numbers of a group's row; `one` is the place of one false mark among the rates.

    Lines, sensitivity with its interval, FROC score, recall, false marks, wAFROC-AUC.
    """
    return (
        str(group.lines),
        number(group.sensitivity[one].value),
        limits(group.sensitivity[one]),
        number(group.froc_score.value),
        number(group.recall.value),
        number(group.false_marks.value),
        number(group.wafroc_auc.value),
    )


def _group_block(evaluation: Evaluation, name: str) -> str:
    one = evaluation.options.rates.index(1.0)
    rows = [(printable(group.name), *group_numbers(group, one)) for group in evaluation.groups[name]]
    head = (
        GROUPING_WORDS.get(name, name),
        "lines",
        "sensitivity at 1",
        "interval",
        "FROC score",
        "recall",
        "false marks",
        "wAFROC",
    )
    return text_table(head, rows)


def _mimics_block(evaluation: Evaluation) -> str:
    rows = [
        (printable(name), str(evaluation.mimics_at_one.get(name, 0)), str(count))
        for name, count in evaluation.mimics.items()
    ]
    return text_table(("false marks on", "at 1 per picture", "all"), rows) if rows else ""


def _mrmc_rows(name: str, analysis: Analysis) -> Iterable[tuple[str, ...]]:
    for contrast in analysis.differences:
        yield (
            name,
            f"{contrast.first + 1} - {contrast.second + 1 if contrast.second is not None else ''}",
            number(contrast.value, signed=True),
            f"{number(contrast.low, signed=True)} to {number(contrast.high, signed=True)}",
            f"{contrast.df:.1f}",
            p_words(contrast.p_value),
            p_words(analysis.test.p_value),
        )


def p_words(value: float | None) -> str:
    """Return a p-value with four decimals, or a dash."""
    if value is None:
        return "-"
    return f"{value:.4f}" if value >= 0.0001 else "<0.0001"


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under a head, the first column at the left, all others at the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, ["-" * width for width in widths], *rows)
    ]
    return "\n".join(lines)
