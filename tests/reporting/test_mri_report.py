"""The page, the record and the figure of the MR companion."""

import html
import io
import json
import re
from dataclasses import replace
from itertools import chain, product
from types import SimpleNamespace

import numpy as np
import pytest

from microcal_xray.measured import Estimate
from microcal_xray.mri import RadiographPlace, companion, descriptors, measure_mri
from microcal_xray.mri.simulated import DarkLine, Leg, Oedema, Rim, Slices, simulate_mr
from microcal_xray.mri.volume import MR_CAUTIONS, Weighting
from microcal_xray.mri.weighting import SequenceTags, guess_weighting
from microcal_xray.reporting import words_of
from microcal_xray.reporting.mri_figure import mri_figure
from microcal_xray.reporting.mri_page import mri_html, write_mri_report
from microcal_xray.reporting.mri_record import mri_json
from microcal_xray.reporting.words import told

_HOSTILE = "<script>alert(1)</script>\x1b[31m"


@pytest.fixture(scope="module")
def found():
    leg = Leg(
        seed=2010, oedema=Oedema(80, 30), rim=Rim(80, 20), line=DarkLine(80, 8), slices=Slices(pixel_mm=1.2)
    )
    pair = simulate_mr(leg)
    place = RadiographPlace(2, Estimate(84.0, 82.0, 86.0, "mm"))
    return measure_mri([pair.t1, replace(pair.stir, name=_HOSTILE, left_out=(_HOSTILE,))], radiograph=place)


def test_the_page_runs_nothing_and_escapes_everything(found):
    page = mri_html(found, b"\x89PNG", overlay_png=b"\x89PNG")
    assert "<script" not in page
    assert "\x1b" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "&lt;script&gt;" in page


def test_the_page_lists_descriptors_and_no_grade(found):
    page = mri_html(found, b"\x89PNG")
    for each in found.descriptors:
        assert each.name in page
    assert "No grade is given" in page
    assert "Not a medical device" in page


def _either(**choices):
    return (SimpleNamespace(**dict(zip(choices, each, strict=True))) for each in product(*choices.values()))


def _said_of_descriptors():
    """Yield all that can be said of a bone, by descriptors of every sort of measures."""
    some = Estimate(1.0, 0.9, 1.1, "1")
    ratios = [None, some, Estimate(0.5, 0.4, 0.6, "1"), Estimate(2.0, 1.9, 2.1, "1")]
    series = [SimpleNamespace(acquisition=SimpleNamespace(weighting=each)) for each in Weighting]
    region = SimpleNamespace(length_mm=some, is_linear=True)
    spot = SimpleNamespace(length_mm=some, is_linear=False)
    line = _either(meets_cortex=[True, False], slices=[3], contrast=[some], length_mm=[some])
    cortices = _either(measurable_share=[0.1, 0.45], regions=[(), (region,), (spot,), (spot, spot)])
    normals = [None, *_either(is_sure=[True, False])]
    sets = [
        _either(oedema_series=[None, *series], periosteum=[None, region], surface_seen=[True, False]),
        _either(oedema_series=[None, *series], normal=normals, oedema=[None, region]),
        _either(oedema_series=series[:1], t1=[None, series[0]], t2=[None, series[2]], oedema=[None, region],
                t1_ratio=ratios, t2_ratio=ratios),
        _either(oedema_series=series[:1], cortex=[None, *cortices]),
        _either(t1=[None, series[0]], lines=[(), *((each,) for each in line)], lines_sought=[True, False]),
    ]  # fmt: skip
    for measures in chain.from_iterable(sets):
        for each in descriptors.descriptors(descriptors.Measures(**vars(measures))):
            yield from (each.name, each.state.value, each.reason)


def _said_of_the_bone():
    bones = _either(
        joint_mm=[None, 0.0],
        joint_source=["given", "upper end", "lower end"],
        found_share=[0.5, 1.0],
        outer_mm=[np.array([np.nan]), np.ones(1)],
        marrow_mm=[(0.0, 100.0)],
        direction=[None],
    )
    pitch = SimpleNamespace(pitch_mm=lambda direction: 1.0)
    regions = [None, SimpleNamespace(along_mm=(0.0, 50.0))]
    normals = [None, SimpleNamespace(is_sure=False)]
    for bone, region, normal, place in product(bones, regions, normals, [None, "a place"]):
        measures = descriptors.Measures(oedema_series=pitch, oedema=region, normal=normal)
        yield from companion._notes(bone, measures, place)


def _said_of_headers():
    terms = [frozenset(each) for each in ({"SE"}, {"IR"}, {"GR"})]
    for tags in product(
        [None, 500.0, 1200.0, 4000.0], [None, 12.0, 80.0], [None, 160.0], terms, [True, False]
    ):
        yield guess_weighting(SequenceTags(*tags))[1]


def test_french_knows_whatever_the_measuring_can_say_and_nothing_else():
    words = words_of("fr")
    said = {*_said_of_descriptors(), *_said_of_the_bone(), *_said_of_headers(), *MR_CAUTIONS.values()}
    used = set()
    for text in said:
        french = told(text, words, group="mri_said")
        assert french, text
        used.add(french)
    # Parts of sentences are seen within them; all other keys must have been met.
    whole = [
        key for key in words.texts if re.match(r"mri_said\.(?!on\.|how\.|note\.(upper|lower)|percent)", key)
    ]
    for key in whole:
        pattern = ".+".join(re.escape(part) for part in re.split(r"\{\w+\}", words.text(key)))
        assert any(re.fullmatch(pattern, each) for each in used), key
    assert "linéaire\u00a0; corticale de 3 pixels et plus sur 45\u00a0% de la surface" in used
    assert "les lieux sont comptés depuis l’extrémité supérieure de la moelle trouvée" in used


def test_the_page_is_french_on_request(found):
    page = html.unescape(mri_html(found, b"\x89PNG", overlay_png=b"\x89PNG", words=words_of("fr")))
    assert '<html lang="fr">' in page
    for english in (
        "Descriptor<",
        "Series<",
        "marrow",
        "periosteal",
        "for a reviewer",
        " slices",
        "the joint",
        "No grade",
    ):
        assert english not in page
    length = found.oedema.length_mm
    assert f"{length.value:.1f} mm".replace(".", ",") in page
    assert "œdème médullaire en T2 à graisse supprimée ou STIR" in page
    assert "STIR, longueur le long de l" in page
    assert "N’est pas un dispositif médical" in page
    assert "&lt;script&gt;" in mri_html(found, b"\x89PNG", words=words_of("fr"))


def test_the_figure_is_french_on_request(found):
    axes = mri_figure(found, words=words_of("fr")).axes
    assert axes[0].get_title().startswith("STIR, coupe ")
    assert axes[-1].get_ylabel() == "mm depuis l’articulation"
    assert [text.get_text() for text in axes[-1].get_legend().get_texts()][:2] == ["moelle", "périoste"]


def test_the_record_stays_as_it_is_in_another_language(found, tmp_path):
    for language in ("en", "fr"):
        write_mri_report(found, tmp_path / language, language=language)
    english, french = ((tmp_path / each / "mri.json").read_bytes() for each in ("en", "fr"))
    assert english == french
    with pytest.raises(ValueError, match="de"):
        write_mri_report(found, tmp_path / "de", language="de")
    assert not (tmp_path / "de").exists()


def test_the_record_is_json_and_the_same_twice(found):
    record = json.loads(mri_json(found))
    assert mri_json(found) == mri_json(found)
    assert record["schema"] == "microcal-mri/1"
    assert [each["state"] for each in record["descriptors"][:2]] == ["yes", "yes"]
    assert record["marrow"]["length"]["unit"] == "mm"
    assert record["radiograph"]["may_be_same"] is True


def test_the_bare_slices_are_bare(found):
    figure = mri_figure(found)
    assert len(figure.axes) == 4
    for ax in figure.axes[:2]:
        assert not ax.collections
        assert len(ax.lines) == 1  # the scale bar
    assert figure.axes[2].collections


def test_the_figure_takes_a_radiograph_beside_it(found, make_findings):
    figure = mri_figure(found, radiograph=make_findings(), candidate=1)
    assert len(figure.axes) == 5
    assert figure.axes[0].get_title().startswith("radiograph, candidate 1")


def test_files_are_written(found, tmp_path):
    page = write_mri_report(found, tmp_path / "out")
    assert sorted(path.name for path in page.parent.iterdir()) == ["mri.html", "mri.json", "mri.png"]


def test_without_findings_the_record_says_none(found):
    bare = replace(found, oedema=None, periosteum=None, cortex=None, lines=(), normal=None, place=None)
    record = json.loads(mri_json(bare))
    assert record["marrow"] is record["periosteum"] is record["radiograph"] is None
    assert record["dark_lines"] == []
    assert np.isfinite(record["bone"]["described_mm"])


@pytest.mark.slow
def test_in_a_browser_the_radiograph_stands_beside_the_slices(found, tmp_path, browser):
    buffer = io.BytesIO()
    mri_figure(found).savefig(buffer, format="png", dpi=40)
    page_file = write_mri_report(found, tmp_path, overlay_png=buffer.getvalue())
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    messages = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(page_file.as_uri())
    radiograph, slices = (each.bounding_box() for each in page.locator("figure").all())
    assert radiograph["x"] + radiograph["width"] <= slices["x"]
    assert radiograph["y"] == slices["y"]
    assert page.locator("figure img").evaluate_all("all => all.every(each => each.naturalWidth > 0)")
    page.set_viewport_size({"width": 420, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    page.close()
    assert messages == []  # the content policy had nothing to refuse
