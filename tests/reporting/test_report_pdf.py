"""report.pdf: what stands on which sheet, in both languages, and that it is the same each time."""

from dataclasses import replace

import pypdfium2
import pytest

from microcal_xray.reporting import failed_result, image_result
from microcal_xray.reporting.printing import report_pdf
from microcal_xray.reporting.printing.paper import MARGIN, WIDTH, broken, shortened, words_wide
from microcal_xray.reporting.words import Language, words_of
from microcal_xray.settings import Settings


def sheets_of(pdf: bytes) -> list[str]:
    """Return the words on each sheet, on one line."""
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


@pytest.fixture(scope="module")
def result(make_findings):
    return image_result(make_findings(candidates=3), "legs/tibia.dcm")


@pytest.fixture(scope="module")
def plain(make_findings):
    return image_result(replace(make_findings(), candidates=()), "legs/plain.dcm")


def test_each_radiograph_with_candidates_has_a_sheet_and_all_stand_in_the_summary(result, plain):
    results = [plain, result, failed_result("broken.dcm", "the file is empty")]
    summary, *pages = sheets_of(report_pdf(results, Settings(false_marks=2.0)))
    for words in ("2 radiographs searched", "3 candidates", "1 failed", "Not a medical device"):
        assert words in summary
    for words in (
        "legs/plain.dcm",
        "legs/tibia.dcm",
        "broken.dcm: failed, the file is empty",
        "false_marks 2.0",
    ):
        assert words in summary
    assert "false_marks 2.0" in summary
    assert len(pages) == 1
    assert "legs/tibia.dcm 3 candidates" in pages[0]
    for candidate in result.candidates:
        assert f"{candidate.id} " in pages[0]


def test_lengths_have_their_unit_and_none_are_in_millimetres_without_a_spacing(make_findings):
    with_mm, without = (
        sheets_of(report_pdf([image_result(make_findings(spacing_mm=mm), "a.png")], Settings()))[1]
        for mm in ((0.1, 0.1), None)
    )
    assert "3.0 mm" in with_mm
    assert " mm" not in without.replace("nothing is measured in millimetres", "")
    assert "pixel spacing is unknown" in without


def test_the_french_report_has_no_english_word_left(result):
    words = words_of(Language.FRENCH)
    pdf = sheets_of(report_pdf([result], Settings(), words=words))
    assert "Traits candidats" in pdf[0]
    assert "trait radioclair (clarté linéaire), franc" in pdf[1]
    for english in ("candidate", "Length", "marks per", "spacing", "dark", "bright"):
        assert english not in " ".join(pdf)


def test_the_same_results_give_the_same_bytes(result):
    assert report_pdf([result], Settings()) == report_pdf([result], Settings())


def test_hostile_text_is_text_and_long_text_stays_on_the_sheet(result):
    name = "<script>$\\frac{a}{b}$</script>\u202e" + "w" * 200 + "\n.dcm"
    pdf = report_pdf([replace(result, file=name), failed_result(name, "reason " * 30)], Settings())
    summary, page = sheets_of(pdf)
    assert "<script>$\\frac{a}{b}$" in page.replace(" ", "")
    assert "\u202e" not in summary + page
    document = pypdfium2.PdfDocument(pdf)
    for sheet in document:
        letters = sheet.get_textpage()
        for index in range(letters.count_chars()):
            left, _, right, _ = letters.get_charbox(index)
            assert MARGIN - 2 <= left <= right <= WIDTH - MARGIN + 2


def test_hundreds_of_radiographs_fill_as_many_sheets_as_needed(plain):
    results = [replace(plain, file=f"{number:03d}.dcm") for number in range(100)]
    sheets = sheets_of(report_pdf(results, Settings()))
    text = " ".join(sheets)
    assert all(f"{number:03d}.dcm" in text for number in range(100))
    with_rows = [sheet for sheet in sheets if any(f"{number:03d}.dcm" in sheet for number in range(100))]
    assert len(with_rows) > 1
    assert all("Candidates Strongest" in sheet for sheet in with_rows)


def test_many_candidates_go_on_on_the_next_sheet(result):
    many = [replace(result.candidates[0], id=number) for number in range(1, 61)]
    sheets = sheets_of(report_pdf([replace(result, candidates=tuple(many))], Settings()))
    assert len(sheets) > 2
    assert all("legs/tibia.dcm 60 candidates" in sheet for sheet in sheets[1:])
    text = " ".join(sheets[1:])
    assert all(f"{number} lucent (dark line), strong" in text for number in range(1, 61))


@pytest.mark.parametrize("text", ["one two three four five six", "w" * 200, "a " + "b" * 120 + " c"])
def test_broken_lines_fit_and_lose_nothing(text):
    lines = broken(text, 80.0, size=8.0)
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace(" ", "")
    assert all(words_wide(line.text, 8.0) <= 80.0 for line in lines)


def test_shortened_names_keep_both_ends():
    shown = shortened("a" * 100 + ".dcm", 80.0)
    assert shown.startswith("aaa")
    assert shown.endswith(".dcm")
    assert words_wide(shown, 7.5) <= 80.0
