import copy
import json
from dataclasses import replace

import jsonschema
import pytest
from invented_card import invented

from microcal_xray.reporting import (
    candidates_json,
    candidates_schema,
    failed_result,
    image_result,
    skipped_result,
)
from microcal_xray.settings import Settings


def _measured(findings, *, mm):
    """Give the first candidate a card, and leave the second without."""
    first, *others = findings.candidates
    return replace(findings, candidates=(replace(first, measured=invented(mm=mm)), *others))


@pytest.fixture(scope="module")
def document(make_findings, with_evidence):
    results = [
        image_result(_measured(with_evidence(make_findings()), mm=0.1), "a.dcm"),
        image_result(_measured(make_findings(spacing_mm=None), mm=None), "b.png"),
        image_result(make_findings(candidates=0), "c.dcm"),
        failed_result("d.dcm", "the file is empty"),
        skipped_result("e.txt", "not an image"),
    ]
    return json.loads(candidates_json(results, Settings()))


def _problems(document):
    return list(jsonschema.Draft202012Validator(candidates_schema()).iter_errors(document))


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(candidates_schema())


def test_what_we_write_follows_the_schema(document):
    assert _problems(document) == []
    assert document["schema"] == "microcal-candidates/1"
    assert document["settings"] == Settings().as_dict()


def test_no_images_at_all_is_a_document_too():
    assert _problems(json.loads(candidates_json([], Settings()))) == []


def test_every_field_we_write_is_in_the_schema_and_required(document):
    definitions = candidates_schema()["$defs"]
    for image in document["images"]:
        assert set(image) == set(definitions["image"]["properties"]) == set(definitions["image"]["required"])
    candidate = document["images"][0]["candidates"][0]
    assert set(candidate) == set(definitions["candidate"]["properties"])
    assert set(candidate) == set(definitions["candidate"]["required"])
    evidence = candidate["evidence"]
    written = {"evidence": evidence, "term": evidence["terms"][0], "mimic": evidence["mimics"][0]}
    for name, values in written.items():
        assert set(values) == set(definitions[name]["properties"]) == set(definitions[name]["required"])
    card = candidate["measured"]
    parts = {"measured": card, "place": card["place"], "profile": card["profile"]}
    parts |= {"stability": card["stability"], "estimate": card["length_px"]}
    for name, values in parts.items():
        assert set(values) == set(definitions[name]["properties"]) == set(definitions[name]["required"])


def _card(document, image=0):
    return document["images"][image]["candidates"][0]["measured"]


def _evidence(document):
    return document["images"][0]["candidates"][0]["evidence"]


_BREAKS = {
    "another schema": lambda d: d.update(schema="microcal-candidates/2"),
    "no version": lambda d: d.pop("version"),
    "unknown status": lambda d: d["images"][0].update(status="fine"),
    "failed without reason": lambda d: d["images"][3].update(reason=None),
    "failed with candidates": lambda d: d["images"][3].update(candidates=d["images"][0]["candidates"]),
    "ok without size": lambda d: d["images"][0].update(rows=None),
    "ok with a reason": lambda d: d["images"][0].update(reason="why"),
    "spacing without source": lambda d: d["images"][0].update(spacing_source="none"),
    "source without spacing": lambda d: d["images"][0].update(spacing_mm=None),
    "millimetres without spacing": lambda d: d["images"][1]["candidates"][0].update(length_mm=3.0),
    "zero spacing": lambda d: d["images"][0].update(spacing_mm=[0, 0.1]),
    "one spacing": lambda d: d["images"][0].update(spacing_mm=[0.1]),
    "unknown kind": lambda d: d["images"][0]["candidates"][0].update(kind="dark"),
    "point with three numbers": lambda d: d["images"][0]["candidates"][0].update(path_px=[[1, 2], [1, 2, 3]]),
    "path of one point": lambda d: d["images"][0]["candidates"][0].update(path_px=[[1, 2]]),
    "length as text": lambda d: d["images"][0]["candidates"][0].update(length_mm="3"),
    "angle over 90": lambda d: d["images"][0]["candidates"][0].update(angle_to_bone_deg=91),
    "evidence left out": lambda d: d["images"][0]["candidates"][0].pop("evidence"),
    "no strength": lambda d: _evidence(d).update(strength=None),
    "no false marks": lambda d: _evidence(d).update(false_marks=0),
    "term without value": lambda d: _evidence(d)["terms"][0].pop("value"),
    "mimic over 1": lambda d: _evidence(d)["mimics"][0].update(value=1.01),
    "card left out": lambda d: d["images"][0]["candidates"][0].pop("measured"),
    "length without interval": lambda d: _card(d)["length_mm"].pop("low"),
    "unknown unit": lambda d: _card(d)["length_mm"].update(unit="inch"),
    "a width that is not resolved": lambda d: _card(d).update(resolved=False),
    "a card in millimetres without spacing": lambda d: _card(d, 1).update(length_mm=_card(d)["length_mm"]),
    "no length at all": lambda d: _card(d).update(length_px=None),
    "an unknown side": lambda d: _card(d)["place"].update(cortices=["medial"]),
    "no score": lambda d: d["images"][0]["candidates"][0].update(score=None),
}


@pytest.mark.parametrize("name", _BREAKS)
def test_a_broken_document_is_refused(document, name):
    broken = copy.deepcopy(document)
    _BREAKS[name](broken)
    assert _problems(broken)


def test_fields_of_later_releases_are_accepted(document):
    later = copy.deepcopy(document)
    later["images"][0]["detectability"] = {}
    assert _problems(later) == []


def test_the_same_results_give_the_same_bytes(make_findings):
    texts = {candidates_json([image_result(make_findings(), "a")], Settings()) for _ in range(2)}
    assert len(texts) == 1


def test_each_file_has_a_line_of_its_own(document, make_findings):
    text = candidates_json([failed_result("a\nb", "x"), skipped_result("c", "y")], Settings())
    assert [json.loads(line.rstrip(","))["file"] for line in text.splitlines()[1:-1]] == ["a\\x0ab", "c"]
