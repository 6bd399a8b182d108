"""The door: findings in, DICOM objects out.

Nothing of DICOM is imported before it is needed: pydicom costs 0.2 s, highdicom 0.6 s and is an extra.
"""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MicrocalError, SettingsError
from ..findings import Findings
from ..reporting import image_result, image_result_from_dict
from .analysis import Analysis
from .kinds import USUAL_KINDS, ExportOptions, LineTracking, ResultKind, result_kinds

if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileDataset

    from .read_back import ReportedResults
    from .source import SourceImage


def to_dicom(
    findings: Findings,
    source: str | Path,
    *,
    kinds: Iterable[ResultKind | str] = USUAL_KINDS,
    tracking: LineTracking = LineTracking.PLAIN,
    created: datetime.datetime | None = None,
) -> dict[ResultKind, FileDataset]:
    """Return findings as DICOM objects of the same study as the image they were found in.

    The objects carry the patient of the source: keep them where the images are kept. They say what lines look
    like and how long they are, never what they are.

    Parameters
    ----------
    findings : Findings
    source : str or Path
        The DICOM file that was read. Its pixels are compared with those of the findings.
    kinds : iterable of ResultKind or str
        `sr`, `gsps`, `sc`, `seg`; without candidates there is no `seg`.
    tracking : LineTracking
        `ohif-editable` makes the OHIF viewer load the lines of a report so that they can be moved.
    created : datetime, optional
        Date and time of creation in the objects. None: now.

    Returns
    -------
    dict of ResultKind to pydicom.FileDataset
        In the order of `kinds`; save one with `dataset.save_as(path, enforce_file_format=True)`.

    Raises
    ------
    SettingsError
        If a kind is not known, or the source is no DICOM file or holds another picture.
    UnreadableRadiographError
        If the source cannot be read, has no identifiers, or its patient cannot be copied exactly.
    MicrocalError
        If highdicom is not installed: ``pip install microcal-xray[dicom]``.

    Notes
    -----
    The same findings, settings and version give the same identifiers; whatever changes in an object (but the
    time of its creation) changes its identifier. Numbers are rounded as in candidates.json.

    Examples
    --------
    >>> from microcal_xray import find_lines, read_radiograph
    >>> findings = find_lines(read_radiograph("leg.dcm"))  # doctest: +SKIP
    >>> to_dicom(findings, "leg.dcm")[ResultKind.SR].save_as("leg-lines.dcm")  # doctest: +SKIP
    """
    if isinstance(kinds, str):
        raise SettingsError(f"kinds is {kinds!r}; give a list, as ['sr', 'sc']")
    options = ExportOptions(kinds=result_kinds(kinds), tracking=tracking, created=created)
    record = image_result(findings, Path(source).name).as_dict()
    return dicom_objects(Analysis(image_result_from_dict(record), findings.settings), Path(source), options)


def dicom_objects(analysis: Analysis, path: Path, options: ExportOptions) -> dict[ResultKind, FileDataset]:
    """Return the objects for one analysed image.

    Parameters
    ----------
    analysis : Analysis
    path : Path
        Of the image.
    options : ExportOptions

    Raises
    ------
    SettingsError, UnreadableRadiographError, MicrocalError
        As `to_dicom`.
    """
    require_highdicom()
    from .finishing import finished
    from .source import open_source

    source = open_source(path, analysis.result)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of identifiers that archives hold against the rule
        made = _made(analysis, source, options)
        return {
            kind: finished(dataset, kind, analysis, source, options)
            for kind, dataset in made.items()
            if dataset is not None
        }


def _made(
    analysis: Analysis, source: SourceImage, options: ExportOptions
) -> dict[ResultKind, Dataset | None]:
    from .presentation_state import presentation_state
    from .secondary_capture import secondary_capture
    from .segmentation import segmentation
    from .structured_report import structured_report

    made: dict[ResultKind, Dataset | None] = {}
    for kind in options.kinds:
        match kind:
            case ResultKind.SR:
                made[kind] = structured_report(analysis, source, options)
            case ResultKind.GSPS:
                made[kind] = presentation_state(analysis, source)
            case ResultKind.SC:
                made[kind] = secondary_capture(analysis, source)
            case ResultKind.SEG:
                made[kind] = segmentation(analysis, source)
    return made


def object_bytes(dataset: FileDataset) -> bytes:
    """Return the DICOM file of an object.

    Parameters
    ----------
    dataset : FileDataset
        Of `to_dicom`.
    """
    from .finishing import encoded

    return encoded(dataset)


def existing_identifier(path: Path) -> str | None:
    """Return the identifier of an object that was written earlier; None if there is none that can be read.

    Parameters
    ----------
    path : Path
    """
    from .read_back import identifier_of_file

    return identifier_of_file(path)


def require_highdicom() -> None:
    """Say how to get what DICOM results need, where it is missing.

    Raises
    ------
    MicrocalError
        If highdicom is not installed.
    """
    if find_spec("highdicom") is None:
        raise MicrocalError("DICOM results need one more package: pip install microcal-xray[dicom]")


def read_results(report: str | Path | FileDataset) -> ReportedResults:
    """Return what a structured report of ours says.

    Parameters
    ----------
    report : path or FileDataset

    Raises
    ------
    UnreadableRadiographError
        If it cannot be read, or is no report of ours.

    Examples
    --------
    >>> read_results("leg-lines.dcm").candidates[0].numbers["length_mm"]  # doctest: +SKIP
    17.663
    """
    from .read_back import results_of_file

    return results_of_file(report)
