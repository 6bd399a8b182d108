"""Radiographs whose lines are known: drawn from attenuation physics, written as DICOM with their truth."""

from .anatomy import Anatomy
from .courses import Along, Course, Helix, Side
from .detector import Detector
from .dicom import dicom_dataset, write_dicom
from .limbs import Position, View
from .lines import Fissure, Line, MicrocallusLine, Surface, Target, Thickening
from .many import simulate_folder
from .mimics import Mimic, MimicTruth
from .output import Output, Relationship
from .exposure import Exposure
from .simulate import USUAL_DETECTOR, SimulatedRadiograph, simulate_limb
from .true_line import TrueLine
from .truth import truth_record, write_truth

__all__ = [
    "USUAL_DETECTOR",
    "Along",
    "Anatomy",
    "Course",
    "Detector",
    "Exposure",
    "Fissure",
    "Helix",
    "Line",
    "MicrocallusLine",
    "Mimic",
    "MimicTruth",
    "Output",
    "Position",
    "Relationship",
    "Side",
    "SimulatedRadiograph",
    "Surface",
    "Target",
    "Thickening",
    "TrueLine",
    "View",
    "dicom_dataset",
    "simulate_folder",
    "simulate_limb",
    "truth_record",
    "write_dicom",
    "write_truth",
]
