"""Radiographs whose lines are known: drawn from attenuation physics, written as DICOM with their truth."""

from .anatomy import Anatomy
from .detector import Detector
from .dicom import dicom_dataset, write_dicom
from .lines import Course, Fissure, Line, MicrocallusLine
from .many import simulate_folder
from .output import Output, Relationship
from .simulate import USUAL_DETECTOR, Exposure, SimulatedRadiograph, simulate_limb
from .true_line import TrueLine
from .truth import truth_record, write_truth

__all__ = [
    "USUAL_DETECTOR",
    "Anatomy",
    "Course",
    "Detector",
    "Exposure",
    "Fissure",
    "Line",
    "MicrocallusLine",
    "Output",
    "Relationship",
    "SimulatedRadiograph",
    "TrueLine",
    "dicom_dataset",
    "simulate_folder",
    "simulate_limb",
    "truth_record",
    "write_dicom",
    "write_truth",
]
