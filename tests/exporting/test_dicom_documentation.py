"""docs/dicom.md names every word of our own and every number."""

from pathlib import Path

import pytest

from microcal_xray.exporting import ResultKind, bump_codes, codes
from microcal_xray.exporting.identifiers import IMPLEMENTATION_UID
from microcal_xray.exporting.listed_bumps import BUMP_NUMBERS, CLUSTER_NUMBERS
from microcal_xray.exporting.numbers import NUMBERS

_TEXT = (Path(__file__).parents[2] / "docs" / "dicom.md").read_text(encoding="utf-8")
_OWN = {
    concept.value
    for concept in (
        *(value for value in vars(codes).values() if isinstance(value, codes.Concept)),
        *codes.SPACING_BASES.values(),
        *codes.TIERS.values(),
        *(value for value in vars(bump_codes).values() if isinstance(value, codes.Concept)),
        *bump_codes.BUMP_KINDS.values(),
        *bump_codes.CLUSTER_PATTERNS.values(),
        *(end for ends in bump_codes.ENDS.values() for end in ends),
    )
    if concept.scheme == codes.OWN_SCHEME
}


@pytest.mark.parametrize("value", sorted(_OWN))
def test_every_word_of_our_own_is_documented(value):
    assert f"`{value}`" in _TEXT


@pytest.mark.parametrize(
    "number", [*NUMBERS, *BUMP_NUMBERS, *CLUSTER_NUMBERS], ids=lambda number: number.name
)
def test_every_number_is_documented(number):
    assert number.bound or f"| {number.concept.meaning} |" in _TEXT
    assert number.concept.value in _TEXT


def test_every_kind_and_our_identifier_are_documented():
    assert all(f"`{kind}`" in _TEXT for kind in ResultKind)
    assert IMPLEMENTATION_UID in _TEXT
