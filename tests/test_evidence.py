import re

import numpy as np
import pytest

import microcal_xray as mx
from microcal_xray.findings import Candidate, Evidence, EvidenceTerm, Kind, MimicLikelihood, Tier

_TERMS = (EvidenceTerm("prior", -2.5), EvidenceTerm("detection", 6.0))


def test_the_strength_is_the_sum_of_the_terms():
    assert Evidence(3.5 + 9e-7, _TERMS, (), 1.0).terms == _TERMS
    for wrong in (3.5 + 2e-6, float("nan")):
        with pytest.raises(ValueError, match=r"it must be the sum of the terms, 3\.5"):
            Evidence(wrong, _TERMS, (), 1.0)


def test_no_terms_add_up_to_nothing():
    assert Evidence(0.0, (), (), 1.0).likeliest_mimic is None


@pytest.mark.parametrize("false_marks", [0.0, -1.0, float("nan"), float("inf")])
def test_expected_marks_are_over_zero(false_marks):
    with pytest.raises(ValueError, match="finite and over 0"):
        Evidence(3.5, _TERMS, (), false_marks)


def test_each_term_and_each_mimic_is_given_once():
    with pytest.raises(ValueError, match="occurs twice"):
        Evidence(0.5, (EvidenceTerm("ends", 0.25),) * 2, (), 1.0)
    with pytest.raises(ValueError, match="occurs twice"):
        Evidence(3.5, _TERMS, (MimicLikelihood("cast", 0.5), MimicLikelihood("cast", 0.1)), 1.0)


def test_a_term_has_a_known_name_and_a_finite_value():
    with pytest.raises(ValueError, match="name is 'luck'; it must be one of detection, profile"):
        EvidenceTerm("luck", 1.0)
    with pytest.raises(ValueError, match="the value of ends is nan"):
        EvidenceTerm("ends", float("nan"))


def test_a_mimic_has_a_known_name_and_a_value_from_0_to_1():
    with pytest.raises(ValueError, match="mimic is 'luck'; it must be one of joint_space, growth_plate"):
        MimicLikelihood("luck", 0.5)
    for value in (-0.01, 1.01, float("nan")):
        with pytest.raises(ValueError, match="it must be 0 to 1"):
            MimicLikelihood("metal", value)


def test_the_likeliest_mimic_is_the_first_of_equals():
    mimics = tuple(
        MimicLikelihood(name, value) for name, value in (("halo", 0.2), ("cast", 0.7), ("metal", 0.7))
    )
    assert Evidence(3.5, _TERMS, mimics, 1.0).likeliest_mimic == MimicLikelihood("cast", 0.7)


def test_a_candidate_needs_no_evidence():
    path = np.array([[0.0, 0.0], [0.0, 9.0]])
    candidate = Candidate(1, Kind.LUCENT, Tier.WEAK, 0.0, path, 9.0, 2.0, None, None, 3.0, None)
    assert candidate.evidence is None


def test_identifiers_and_words_are_those_of_the_house():
    for name, words in (*mx.EVIDENCE_TERMS.items(), *mx.MIMICS.items()):
        assert re.fullmatch("[a-z]+(_[a-z]+)*", name)
        assert words.strip(".") == words
    assert not re.search(r"diagnos|fracture|probabilit", str(mx.EVIDENCE_TERMS | mx.MIMICS), re.IGNORECASE)
