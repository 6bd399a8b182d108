from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.findings import (
    EVIDENCE_TERMS,
    Candidate,
    CandidateCaution,
    Evidence,
    EvidenceTerm,
    Findings,
    Kind,
    MimicLikelihood,
    Tier,
)
from microcal_xray.radiograph import (
    Acquisition,
    ImageCaution,
    Intent,
    Radiograph,
    Signal,
    Spacing,
    SpacingSource,
)
from microcal_xray.settings import Settings

ROWS, COLUMNS = 120, 90


def _candidate(
    id: int, *, mm: float | None, score: float, row: float, cautions: CandidateCaution
) -> Candidate:
    columns = np.linspace(30, 60, 31)
    path = np.stack([np.full_like(columns, row), columns], axis=1)
    return Candidate(
        id=id,
        kind=Kind.LUCENT if id % 2 else Kind.SCLEROTIC,
        tier=Tier.STRONG if id == 1 else Tier.WEAK,
        score=score,
        path_px=path,
        length_px=30.0,
        width_px=3.0,
        length_mm=None if mm is None else 30 * mm,
        width_mm=None if mm is None else 3 * mm,
        contrast_sd=3.1,
        angle_to_bone_deg=None if id == 2 else 84.0,
        cautions=cautions,
    )


@pytest.fixture(scope="session")
def make_findings() -> Callable[..., Findings]:
    """A bone-like column with up to three invented candidates."""

    def make(
        name: str = "tibia.dcm",
        *,
        spacing_mm: tuple[float, float] | None = (0.1, 0.1),
        candidates: int = 2,
        shape: tuple[int, int] = (ROWS, COLUMNS),
        best_score: float = 12.345,
        settings: Settings = Settings(),
        body_part: str | None = "TIBIA",
    ) -> Findings:
        across = np.linspace(-1, 1, shape[1], dtype=np.float32)
        noise = np.random.default_rng(1).normal(0, 0.02, shape).astype(np.float32)
        pixels = np.maximum(0, 1 - (across / 0.6) ** 2) + noise
        spacing = Spacing(*spacing_mm, SpacingSource.DETECTOR) if spacing_mm else None
        mm = min(spacing_mm) if spacing_mm else None
        cautions = (CandidateCaution.NONE, CandidateCaution.NO_BONE_AXIS, CandidateCaution.TOUCHES_EDGE)
        return Findings(
            Radiograph(
                pixels,
                np.ones(shape, bool),
                spacing=spacing,
                signal=Signal.LOG,
                intent=Intent.FOR_PROCESSING,
                name=name,
                cautions=ImageCaution.NONE if spacing else ImageCaution.NO_SPACING,
                acquisition=Acquisition("DICOM", "DX", body_part, "L", "AP", "MONOCHROME1", None, 14, None),
            ),
            settings,
            tuple(
                _candidate(i + 1, mm=mm, score=best_score - i, row=30.0 + 25 * i, cautions=cautions[i])
                for i in range(candidates)
            ),
        )

    return make


def _evidence(number: int) -> Evidence:
    values = {name: 0.5 * place - 2.25 for place, name in enumerate(EVIDENCE_TERMS)}
    values["detection"] = 8.0 - number
    mimics = (("overlap", 0.05), ("joint_space", 0.62), ("growth_plate", 0.214), ("halo", 0.0))
    return Evidence(
        strength=sum(values.values()),
        terms=tuple(EvidenceTerm(name, value) for name, value in values.items()),
        mimics=tuple(MimicLikelihood(mimic, value) for mimic, value in mimics) if number == 1 else (),
        false_marks=0.01234 * 100.0 ** (number - 1),
    )


@pytest.fixture(scope="session")
def with_evidence() -> Callable[[Findings], Findings]:
    """The same findings, each candidate with invented evidence and the score that belongs to it."""

    def explained(candidate: Candidate) -> Candidate:
        evidence = _evidence(candidate.id)
        return replace(candidate, evidence=evidence, score=-float(np.log10(evidence.false_marks)))

    def with_evidence(findings: Findings) -> Findings:
        return replace(findings, candidates=tuple(map(explained, findings.candidates)))

    return with_evidence


@pytest.fixture
def open_desk(browser):
    """Open a report page; afterwards: no message on the console, no request beyond the page itself."""
    opened = []

    def open_desk(path, *, context=None, **options):
        context = context or browser.new_context(
            **{"viewport": {"width": 1366, "height": 768}, "locale": "en-GB", **options}
        )
        page = context.new_page()
        messages: list[str] = []
        requests: list[str] = []
        # The driver's remarks on speed are no messages of the page.
        page.on("console", lambda it: messages.append(it.text) if "GL Driver" not in it.text else None)
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        page.locator("html[data-ready=yes]").wait_for()
        opened.append((context, path.as_uri(), messages, requests))
        return page

    yield open_desk
    for context, address, messages, requests in opened:
        assert messages == []
        assert {url for url in requests if not url.startswith(("data:", "blob:"))} == {address}
        context.close()
