"""Radiographs whose lines are known: drawn from attenuation physics, written as DICOM with their truth."""

from .anatomy import Anatomy
from .courses import Along, Course, Helix, Side
from .detector import Detector
from .dicom import dicom_dataset, write_dicom
from .exposure import Exposure
from .ideal_observer import ideal_d_prime, line_d_prime
from .inserting import InsertedLine, LineToInsert, insert_line, remove_line
from .limbs import Position, View
from .lines import Fissure, Line, MicrocallusLine, Surface, Target, Thickening
from .many import simulate_folder
from .mimics import Mimic, MimicTruth
from .output import Output, Relationship
from .pairs import Change, line_from_the_side, line_later, simulate_pair, simulate_views
from .plan import Family
from .simulate import USUAL_DETECTOR, SimulatedRadiograph, simulate_limb
from .surroundings import Surroundings
from .true_line import TrueLine
from .truth import Relation, truth_record, write_truth
from .twins import PRESENTATIONS, presentation_twin

__all__ = [
    "PRESENTATIONS",
    "USUAL_DETECTOR",
    "Along",
    "Anatomy",
    "Change",
    "Course",
    "Detector",
    "Exposure",
    "Family",
    "Fissure",
    "Helix",
    "InsertedLine",
    "Line",
    "LineToInsert",
    "MicrocallusLine",
    "Mimic",
    "MimicTruth",
    "Output",
    "Position",
    "Relation",
    "Relationship",
    "Side",
    "SimulatedRadiograph",
    "Surface",
    "Surroundings",
    "Target",
    "Thickening",
    "TrueLine",
    "View",
    "dicom_dataset",
    "ideal_d_prime",
    "insert_line",
    "line_d_prime",
    "line_from_the_side",
    "line_later",
    "presentation_twin",
    "remove_line",
    "simulate_folder",
    "simulate_limb",
    "simulate_pair",
    "simulate_views",
    "truth_record",
    "write_dicom",
    "write_truth",
]
