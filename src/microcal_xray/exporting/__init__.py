"""Results as DICOM objects that radiology systems accept, and back."""

from .analysis import Analysis
from .export import (
    dicom_objects,
    existing_identifier,
    object_bytes,
    read_results,
    require_highdicom,
    to_dicom,
)
from .kinds import USUAL_KINDS, ExportOptions, LineTracking, ResultKind, result_kinds
from .reviewed import Review, ReviewedLine, Verifier

__all__ = [
    "USUAL_KINDS",
    "Analysis",
    "ExportOptions",
    "LineTracking",
    "ResultKind",
    "Review",
    "ReviewedLine",
    "Verifier",
    "dicom_objects",
    "existing_identifier",
    "object_bytes",
    "read_results",
    "require_highdicom",
    "result_kinds",
    "to_dicom",
]
