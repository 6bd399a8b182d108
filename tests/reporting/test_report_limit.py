"""Quality and limit in the files, on the page and as a picture."""

import base64
import io
import json
import math
import re
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
from PIL import Image

from microcal_xray.image_limits import (
    BoneTexture,
    Compartment,
    Course,
    Detectability,
    ImageQuality,
    LimitRow,
    QualityEstimate,
    TiltRow,
)
from microcal_xray.radiograph import ImageCaution
from microcal_xray.reporting import (
    candidates_json,
    candidates_schema,
    image_result,
    image_result_from_dict,
    report_html,
    write_results,
)
from microcal_xray.reporting.limit_map import limit_map, limit_map_png, map_range_px
from microcal_xray.reporting.limit_words import (
    LITERATURE,
    limit_notes,
    limit_sentences,
    limit_table,
    quality_facts,
)
from microcal_xray.reporting.page_limit import could_show
from microcal_xray.settings import Settings

MM = 0.1


def rows(mm: float | None = MM, *, reached: bool = True) -> tuple[LimitRow, ...]:
    """Return rows whose widths tell kind, compartment, course and length apart."""
    made = []
    for kind in ("lucent", "sclerotic"):
        for compartment in Compartment:
            for course in Course:
                for number, length in enumerate((50.0, 100.0, 200.0)):
                    width = 4.0 + len(made) - number if reached and course is not Course.ALONG else None
                    made.append(
                        LimitRow(
                            kind,
                            compartment,
                            course,
                            length,
                            None if mm is None else length * mm,
                            width,
                            None if mm is None or width is None else width * mm,
                            0.9 if reached else 0.2,
                        )
                    )
    return tuple(made)


def limit(mm: float | None = MM, *, reached: bool = True, probes: int = 0) -> Detectability:
    widths = np.full((15, 12), np.nan, np.float32)
    widths[:, 4:8] = np.linspace(2, 6, 15)[:, None]
    widths[0, 4] = math.inf
    tilts = (
        ()
        if mm is None
        else tuple(
            TiltRow(compartment, tilt, 0.4 + tilt / 20 if tilt < 30 else None)
            for compartment in Compartment
            for tilt in (0.0, 5.0, 10.0, 20.0, 30.0)
        )
    )
    return Detectability(1.0, rows(mm, reached=reached), tilts, widths, 100.0, (8.0, 8.0), mm, probes)


QUALITY = ImageQuality(
    resolution_px=QualityEstimate(2.0, 1.8, 2.3),
    resolution_mm=QualityEstimate(0.2, 0.18, 0.23),
    textures=(
        BoneTexture(
            Compartment.INNER,
            12,
            noise=QualityEstimate(0.021, 0.02, 0.022),
            noise_log=QualityEstimate(0.01, 0.009, 0.011),
            texture=QualityEstimate(0.05, 0.04, 0.06),
            texture_log=QualityEstimate(0.025, 0.02, 0.03),
            slope=QualityEstimate(2.5, 2.2, 2.8),
            direction_deg=None,
        ),
    ),
    block_traces=0.01,
    clipped_share=0.03,
    cautions=ImageCaution.CLIPPED,
)


@pytest.fixture
def findings(make_findings):
    return replace(make_findings(candidates=0), quality=QUALITY, limit=limit())


@pytest.fixture
def without_spacing(make_findings):
    quality = replace(QUALITY, resolution_mm=None)
    return replace(make_findings(candidates=0, spacing_mm=None), quality=quality, limit=limit(None))


def problems(document) -> list[str]:
    validator = jsonschema.Draft202012Validator(candidates_schema())
    return [error.message for error in validator.iter_errors(document)]


def document(found) -> dict:
    return json.loads(candidates_json([image_result(found, "a.dcm")], Settings()))


def test_what_we_write_follows_the_schema(findings, without_spacing):
    assert problems(document(findings)) == []
    assert problems(document(without_spacing)) == []


def test_every_field_we_write_is_in_the_schema_and_required(findings):
    definitions = candidates_schema()["$defs"]
    image = document(findings)["images"][0]
    written = {
        "quality": image["quality"],
        "texture": image["quality"]["textures"][0],
        "limit": image["limit"],
        "limit_row": image["limit"]["rows"][0],
        "tilt": image["limit"]["tilts"][0],
    }
    for name, values in written.items():
        assert set(values) == set(definitions[name]["properties"]) == set(definitions[name]["required"])


_BREAKS = {
    "a millimetre without spacing": lambda image: image["limit"]["rows"][0].update(width_mm=0.3),
    "a tilt without spacing": lambda image: image["limit"]["tilts"].append(
        {"compartment": "inner", "tilt_deg": 0, "width_mm": 0.1}
    ),
    "a resolution in millimetres without spacing": lambda image: image["quality"].update(
        resolution_mm={"value": 1, "low": 1, "high": 1}
    ),
    "a course that is none": lambda image: image["limit"]["rows"][0].update(course="round"),
    "half an estimate": lambda image: image["quality"]["resolution_px"].pop("low"),
    "no false marks": lambda image: image["limit"].update(false_marks=0),
}


@pytest.mark.parametrize("name", _BREAKS)
def test_a_broken_document_is_refused(without_spacing, name):
    broken = document(without_spacing)
    _BREAKS[name](broken["images"][0])
    assert problems(broken)


def test_a_result_comes_back_from_its_record(findings):
    result = image_result(findings, "a.dcm")
    again = image_result_from_dict(json.loads(json.dumps(result.as_dict())), preview_jpeg=result.preview_jpeg)
    assert again.quality == result.quality
    assert again.as_dict() == result.as_dict()


def test_the_sentences_say_what_is_excluded_and_what_is_not():
    said = limit_sentences(limit())
    assert said[0] == (
        "At 1 false mark per image, a dark line across the bone, 10 mm long, is expected to be marked in "
        "80 % of cases from an equivalent width of 0.40 mm near the outline of the bone and 1.30 mm inside "
        "the bone."
    )
    assert "0.40 mm at 0\u00b0, 0.65 mm at 5\u00b0, 0.90 mm at 10\u00b0" in said[1]
    assert "none at 30\u00b0" in said[1]
    assert "not excluded" in said[-1]


def test_a_limit_that_is_never_reached_is_said_plainly():
    some = limit_sentences(limit(reached=False))
    assert "in most of the bone: a negative result excludes it only where the map is coloured" in some[0]
    nowhere = tuple(replace(row, share_of_bone=0.0) for row in rows(reached=False))
    none = limit_sentences(replace(limit(reached=False), rows=nowhere))
    assert "not sure to be marked at any width: a negative result excludes none" in none[0]


def test_probes_are_named():
    assert limit_notes(limit(probes=80))[0].startswith("Measured with 80 lines")
    assert limit_notes(limit())[0].startswith("Expected from the noise")


def test_words_without_spacing_hold_no_millimetre(without_spacing):
    result = image_result(without_spacing, "b.png")
    shown = could_show(result)
    words = json.dumps({**shown, "map": {**shown["map"], "picture": ""}})
    assert " px" in words
    assert not re.search(r"\bmm\b", words)


def test_the_table_has_a_row_for_each_kind_place_and_course():
    head, *body = limit_table(limit())
    assert head == ["", "to the bone", "5 mm", "10 mm", "20 mm"]
    assert len(body) == 2 * 2 * 3
    assert body[0] == ["dark line near the outline of the bone", "across", "0.40 mm", "0.40 mm", "0.40 mm"]
    assert body[2][2:] == ["none"] * 3


def test_quality_is_told_with_its_intervals():
    facts = dict(quality_facts(QUALITY))
    assert facts["Sharpest edges"] == "0.20 (0.18 to 0.23) mm wide"
    assert facts["Noise inside"] == "2.1 (2.0 to 2.2) % of the step from soft tissue to bone"
    assert facts["Texture inside"].endswith("no direction")


def test_no_word_promises_a_finding():
    words = " ".join([*limit_sentences(limit()), *limit_notes(limit()), LITERATURE]).lower()
    assert not re.search(r"diagnos|probab|patholog|fracture found|healthy|normal", words)


def test_literature_stands_beside_a_negative_result_alone(findings, make_findings):
    assert LITERATURE in could_show(image_result(findings, "a"))["sentences"]
    positive = replace(findings, candidates=make_findings(candidates=1).candidates)
    assert LITERATURE not in could_show(image_result(positive, "a"))["sentences"]


def test_a_measured_caution_stands_on_the_page_once(findings):
    text = report_html([image_result(findings, "a.dcm")], Settings())
    assert text.count("many pixels are clipped at the end of the grey range") == 1
    assert text.count("nombreux pixels saturés à l\u2019extrémité de l\u2019échelle de gris") == 1


def test_without_bone_the_page_says_nothing_of_it(make_findings):
    assert could_show(image_result(make_findings(), "a.dcm")) is None


def test_the_map_is_coloured_over_the_bone_and_grey_where_nothing_is_reached(findings):
    drawn = np.asarray(limit_map(findings.radiograph, findings.limit)).astype(int)
    colour = np.ptp(drawn, axis=2)
    assert colour[60, 50] > 20
    assert colour[60, 10] == 0
    assert colour[3, 35] < 8
    # From violet to yellow with growing width.
    assert drawn[20, 50, 2] > drawn[20, 50, 1]
    assert drawn[115, 50, 1] > drawn[115, 50, 2]


def test_the_range_of_the_map_leaves_out_what_is_not_reached():
    low, high = map_range_px(limit())
    assert 2 <= low < high <= 6
    assert map_range_px(replace(limit(), width_map_px=np.full((3, 3), np.inf))) is None


def test_a_map_without_bone_is_none(findings):
    nothing = replace(findings.limit, width_map_px=np.full((15, 12), np.nan, np.float32))
    assert limit_map(findings.radiograph, nothing) is None
    assert limit_map_png(findings.radiograph, nothing) is None


def test_the_file_of_the_map_holds_no_metadata(findings):
    with Image.open(io.BytesIO(limit_map_png(findings.radiograph, findings.limit))) as drawn:
        assert drawn.format == "PNG"
        assert not drawn.info


def test_an_estimate_must_hold_its_value():
    with pytest.raises(ValueError, match="does not hold the value"):
        QualityEstimate(1.0, 1.1, 1.2)


def test_a_page_embeds_no_map_of_an_image_that_it_does_not_show(findings, make_findings, tmp_path):
    weak = image_result(findings, "weak.dcm")
    strong = image_result(make_findings(), "strong.dcm")
    page = write_results([weak, strong], tmp_path, Settings(), embedded_images=1).read_text(encoding="utf-8")
    assert page.count('"could_show":null') == 2  # once in each language
    assert base64.b64encode(weak.limit_map_jpeg).decode("ascii")[:200] not in page
