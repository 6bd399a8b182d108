"""Find thin dark and bright lines across bone in radiographs, for a reviewer to judge.

Not a medical device.

Examples
--------
>>> import microcal_xray as mx
>>> from microcal_xray.simulation import Anatomy, simulate_limb
>>> findings = mx.find_lines(simulate_limb(anatomy=Anatomy.FOREARM, seed=1).radiograph)
>>> mx.table(findings)[0]["kind"] in ("lucent", "sclerotic")
True
"""

from . import bone, detection, measurement, preprocessing
from .bump import Bump, BumpCaution, BumpKind, BumpTier, OutlinesSeen
from .changes import VERDICTS, Comparison, LineChange, QuantityChange, Registration, Series, Verdict
from .cluster import Cluster, ClusterPattern
from .comparing import compare, compare_series
from .errors import (
    MicrocalError,
    NotARadiographError,
    OutputError,
    SettingsError,
    UnreadableRadiographError,
    UnreadableSeriesError,
)
from .exporting import LineTracking, ResultKind, read_results, to_dicom
from .findings import (
    EVIDENCE_TERMS,
    MIMICS,
    Candidate,
    CandidateCaution,
    Evidence,
    EvidenceTerm,
    Findings,
    Kind,
    MimicLikelihood,
    Tier,
)
from .image_limits import (
    BoneTexture,
    Compartment,
    Course,
    Detectability,
    ImageQuality,
    LimitRow,
    QualityEstimate,
    TiltRow,
)
from .loading import Photometric, find_radiographs, read_radiograph
from .measured import ContrastUnit, CrossProfile, Estimate, Measured, Place, Stability
from .measuring import measure_line
from .mri import (
    BoneAsk,
    MRFindings,
    MRVolume,
    RadiographPlace,
    list_mri,
    measure_mri,
    read_mri,
    read_mri_all,
)
from .own_lines import FoundLine, LineFinder
from .pipeline import find_lines
from .probing import detectability
from .radiograph import (
    Acquisition,
    ImageCaution,
    Intent,
    Radiograph,
    Signal,
    Spacing,
    SpacingSource,
    radiograph_from_array,
)
from .reporting import overlay, show, table, write_report
from .reporting.compare_write import write_comparison
from .settings import Settings, settings_from_dict
from .version import __version__

__all__ = [
    "EVIDENCE_TERMS",
    "MIMICS",
    "VERDICTS",
    "Acquisition",
    "BoneAsk",
    "BoneTexture",
    "Bump",
    "BumpCaution",
    "BumpKind",
    "BumpTier",
    "Candidate",
    "CandidateCaution",
    "Cluster",
    "ClusterPattern",
    "Comparison",
    "Compartment",
    "ContrastUnit",
    "Course",
    "CrossProfile",
    "Detectability",
    "Estimate",
    "Evidence",
    "EvidenceTerm",
    "Findings",
    "FoundLine",
    "ImageCaution",
    "ImageQuality",
    "Intent",
    "Kind",
    "LimitRow",
    "LineChange",
    "LineFinder",
    "LineTracking",
    "MRFindings",
    "MRVolume",
    "Measured",
    "MicrocalError",
    "MimicLikelihood",
    "NotARadiographError",
    "OutlinesSeen",
    "OutputError",
    "Photometric",
    "Place",
    "QualityEstimate",
    "QuantityChange",
    "Radiograph",
    "RadiographPlace",
    "Registration",
    "ResultKind",
    "Series",
    "Settings",
    "SettingsError",
    "Signal",
    "Spacing",
    "SpacingSource",
    "Stability",
    "Tier",
    "TiltRow",
    "UnreadableRadiographError",
    "UnreadableSeriesError",
    "Verdict",
    "__version__",
    "bone",
    "compare",
    "compare_series",
    "detectability",
    "detection",
    "find_lines",
    "find_radiographs",
    "list_mri",
    "measure_line",
    "measure_mri",
    "measurement",
    "overlay",
    "preprocessing",
    "radiograph_from_array",
    "read_mri",
    "read_mri_all",
    "read_radiograph",
    "read_results",
    "settings_from_dict",
    "show",
    "table",
    "to_dicom",
    "write_comparison",
    "write_report",
]
