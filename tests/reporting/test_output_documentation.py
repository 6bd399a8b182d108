"""docs/output.md names every field that is written, and every caution in its own words."""

from pathlib import Path

import pytest

from microcal_xray.bump import BUMP_CAUTIONS
from microcal_xray.findings import CANDIDATE_CAUTIONS, EVIDENCE_TERMS, MIMICS
from microcal_xray.radiograph import IMAGE_CAUTIONS, SpacingSource
from microcal_xray.reporting import BUMP_COLUMNS, CANDIDATE_COLUMNS, IMAGE_COLUMNS, candidates_schema

_TEXT = (Path(__file__).parents[2] / "docs" / "output.md").read_text(encoding="utf-8")


def _fields():
    definitions = candidates_schema()["$defs"]
    return {
        *candidates_schema()["properties"],
        *definitions["image"]["properties"],
        *definitions["candidate"]["properties"],
        *definitions["evidence"]["properties"],
        *definitions["term"]["properties"],
        *definitions["mimic"]["properties"],
        *definitions["measured"]["properties"],
        *definitions["estimate"]["properties"],
        *definitions["stability"]["properties"],
        *definitions["profile"]["properties"],
        *definitions["place"]["properties"],
        *definitions["quality"]["properties"],
        *definitions["texture"]["properties"],
        *definitions["limit"]["properties"],
        *definitions["limit_row"]["properties"],
        *definitions["tilt"]["properties"],
        *definitions["bump"]["properties"],
        *definitions["outlines"]["properties"],
        *definitions["cluster"]["properties"],
        *BUMP_COLUMNS,
        *CANDIDATE_COLUMNS,
        *IMAGE_COLUMNS,
    }


@pytest.mark.parametrize("name", sorted(_fields()))
def test_every_field_is_documented(name):
    assert f"`{name}`" in _TEXT


@pytest.mark.parametrize(
    ("caution", "words"),
    [*IMAGE_CAUTIONS.items(), *CANDIDATE_CAUTIONS.items(), *BUMP_CAUTIONS.items()],
)
def test_every_caution_is_documented_in_its_own_words(caution, words):
    assert f"| `{caution.name.lower()}` | {words} |" in _TEXT


@pytest.mark.parametrize(("name", "words"), [*EVIDENCE_TERMS.items(), *MIMICS.items()])
def test_every_term_and_mimic_is_documented_in_its_own_words(name, words):
    assert f"| `{name}` | {words} |" in _TEXT


@pytest.mark.parametrize("source", SpacingSource)
def test_every_spacing_source_is_documented(source):
    assert f"| `{source}` |" in _TEXT
