"""The statistics of a reading study as a text for people and as JSON for programs."""

import dataclasses
from typing import Any

from ..evaluation import Estimate, Evaluation, Figure, evaluation_document, mrmc_document, mrmc_text
from ..evaluation.text_table import limits, number, text_table
from ..reporting.words import plural
from ..version import __version__
from .agreement import CATEGORIES, FEW_IMAGES, FEW_WITH_LINES, Agreement, AidedComparison, KappaResult

AGREEMENT_SCHEMA = "microcal-agreement/1"
_FIGURE_WORDS = {
    Figure.WAFROC_AUC: "wAFROC-AUC",
    Figure.AFROC_AUC: "AFROC-AUC",
    Figure.IMAGE_AUC: "image AUC",
}
_UNSURE_OF_SIZE = (
    f"Few images: under {FEW_IMAGES}, or under {FEW_WITH_LINES} with or without lines. Intervals of the "
    "bootstrap are then too short; take all numbers as a pilot's."
)


def agreement_text(result: Agreement) -> str:
    """Return the statistics as tables with what they mean in words.

    Parameters
    ----------
    result : Agreement
    """
    blocks = [
        _counts(result),
        _kappa_block(result),
        _table_block(result),
        _score_block(result),
        _comparison_block(result.comparison, is_own_truth=result.is_own_truth),
        _UNSURE_OF_SIZE if result.is_small else "",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def agreement_document(result: Agreement) -> dict[str, Any]:
    """Return the statistics as plain values, ready for JSON; unknown numbers are null.

    Parameters
    ----------
    result : Agreement
    """
    comparison = result.comparison
    return {
        "schema": AGREEMENT_SCHEMA,
        "version": __version__,
        "options": result.options.as_dict(),
        "images": result.study_images,
        "images_done": dict(result.images_of),
        "is_small": result.is_small,
        "consensus": {
            "images": len(result.consensus),
            "lines": dict(result.bases),
            "open": sum(len(each.open) for each in result.consensus),
        },
        "truth": "consensus" if result.is_own_truth else "given",
        "cohen": [_kappa_values(pair) for pair in result.pairs],
        "fleiss": None if result.together is None else _kappa_values(result.together),
        "readers": {reader: evaluation_document(score) for reader, score in result.scores.items()},
        "aided_unaided": {
            "readers": list(comparison.readers),
            "images": comparison.images,
            "aided": [_figures(each) for each in comparison.aided],
            "unaided": [_figures(each) for each in comparison.unaided],
            "mrmc": {
                figure.value: mrmc_document(each) for figure, each in (comparison.analyses or {}).items()
            },
        },
    }


def _kappa_values(result: KappaResult) -> dict[str, Any]:
    values = dataclasses.asdict(result)
    values["categories"] = [category.value for category in CATEGORIES]
    return values


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    return {figure.value: dataclasses.asdict(_figure(evaluation, figure)) for figure in _FIGURE_WORDS}


def _figure(evaluation: Evaluation, figure: Figure) -> Estimate:
    found: Estimate = getattr(evaluation, figure.value)
    return found


def _counts(result: Agreement) -> str:
    done = "; ".join(
        f"{reader} {count} of {result.study_images}" for reader, count in result.images_of.items()
    )
    bases = ", ".join(f"{count} {basis.replace('_', ' ')}" for basis, count in result.bases.items())
    waiting = sum(len(each.open) for each in result.consensus)
    text = f"Images done: {done or 'none'}.\n"
    images = plural(len(result.consensus), "image")
    text += f"Consensus on {images}; lines by what they rest on: {bases or 'none'}."
    if waiting:
        text += (
            f"\n{plural(waiting, 'disagreement')} not adjudicated: counted as unsure. "
            "`microcal review OUT --adjudicate` shows them."
        )
    return text


def _kappa_block(result: Agreement) -> str:
    each = [("Cohen", pair) for pair in result.pairs]
    each += [("Fleiss", result.together)] if result.together else []
    if not each:
        return "Agreement: fewer than two readers are done with the same image."
    rows = []
    for name, kappas in each:
        for unit, count, kappa, share in (
            ("lines", kappas.lines, kappas.line_kappa, kappas.line_agreement),
            ("images", kappas.images, kappas.image_kappa, kappas.image_agreement),
        ):
            rows.append(
                (
                    f"{name}: {', '.join(kappas.readers)}",
                    f"{count} {unit}",
                    number(kappa.value),
                    limits(kappa),
                    number(share.value),
                    limits(share),
                )
            )
    head = ("readers", "over", "kappa", "interval", "agreement", "interval")
    words = (
        "Kappa is 1 where readers always agree, 0 where they agree as often as by chance, below 0 where "
        "less; a dash: all said the same, and there is none.\nIt depends on how many candidates were listed."
    )
    return f"Agreement of the readers\n{text_table(head, rows)}\n{words}"


def _table_block(result: Agreement) -> str:
    blocks = []
    names = [category.value for category in CATEGORIES]
    for pair in result.pairs:
        rows = [
            (f"{pair.readers[0]}: {name}", *(str(count) for count in row))
            for name, row in zip(names, pair.line_counts, strict=True)
        ]
        blocks.append(text_table((f"lines by {pair.readers[1]}:", *names), rows))
    return "\n\n".join(blocks)


def _score_block(result: Agreement) -> str:
    if not result.scores:
        return ""
    rows = [
        (
            reader,
            str(each.counts.images),
            number(each.wafroc_auc.value),
            limits(each.wafroc_auc),
            number(each.image_auc.value),
            number(each.recall.value),
            limits(each.recall),
            number(each.false_marks[each.options.false_mark_images].value),
        )
        for reader, each in result.scores.items()
    ]
    against = "their consensus" if result.is_own_truth else "the truth that was given"
    head = ("reader", "images", "wAFROC", "interval", "image AUC", "lines found", "interval", "false marks")
    words = "Lines found is the share of true lines that the reader marked; false marks are per image."
    if result.is_own_truth:
        words += (
            " Each reader has a part in the consensus, so these numbers flatter all of them; "
            "--truth scores against another truth."
        )
    return f"Each reader against {against}\n{text_table(head, rows)}\n{words}"


def _comparison_block(comparison: AidedComparison, *, is_own_truth: bool) -> str:
    if not comparison.images:
        return (
            "Aided against unaided: no image was read by everybody first without the marks (an own line, "
            "a note or done before they were shown) and then to the end with them."
        )
    rows = [
        (
            reader,
            *(number(each.wafroc_auc.value) for each in (without, with_marks)),
            *(number(each.recall.value) for each in (without, with_marks)),
            *(
                number(each.false_marks[each.options.false_mark_images].value)
                for each in (without, with_marks)
            ),
        )
        for reader, without, with_marks in zip(
            comparison.readers, comparison.unaided, comparison.aided, strict=True
        )
    ]
    head = (
        "reader",
        "wAFROC without",
        "with",
        "lines found without",
        "with",
        "false marks without",
        "with",
    )
    title = f"Reading without and with the marks, {plural(comparison.images, 'image')}"
    blocks = [f"{title}\n{text_table(head, rows)}"]
    blocks += [
        f"{_FIGURE_WORDS[figure]}, with (1) minus without (2), {plural(len(comparison.readers), 'reader')}\n"
        f"{mrmc_text(each).rstrip()}"
        for figure, each in (comparison.analyses or {}).items()
    ]
    words = [
        "Over 0: better with the marks. One reading followed the other in the same sitting, so a gain is "
        "that of a second look with marks."
    ]
    if not comparison.analyses:
        words.insert(0, "There is no test: it needs images with lines and images without, two of each.")
    if len(comparison.readers) == 1:
        words.append("One reader says nothing about others.")
    if is_own_truth:
        words.append(
            "The consensus was made of the readings with the marks, which favours them; --truth avoids that."
        )
    return "\n".join(["\n\n".join(blocks), *words])
