"""Nothing that ships binds those who hand it on: the licences of all that an installation brings."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def listing():
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import list_licences
    finally:
        sys.path.remove(str(ROOT / "tools"))
    return list_licences


@pytest.fixture(scope="module")
def brought(listing):
    return listing.licences()


def test_no_package_is_under_gpl_or_agpl_and_each_says_its_licence(brought):
    assert {one.package for one in brought} >= {"numpy", "pydicom", "contourpy", "highdicom", "pynetdicom"}
    assert [one.package for one in brought if one.is_refused] == []
    assert [one.package for one in brought if one.version and not one.words] == []


def test_the_page_lists_them_all(brought):
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    missing = [one.package for one in brought if f"\n| {one.package} |" not in page]
    assert missing == [], "run tools/list_licences.py"


@pytest.mark.parametrize(
    ("words", "is_refused"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("MIT AND GPL-2.0-only", True),
        ("LGPL-2.1-or-later", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("BSD-3-Clause AND 0BSD", False),
    ],
)
def test_what_is_refused(listing, words, is_refused):
    assert listing.Licence("one", "1", words, ("main",)).is_refused is is_refused
