"""From a file to a `Radiograph`: bone bright, the millimetre's source known, the patient left behind."""

from .folder import FoundFile, Verdict, find_radiographs
from .polarity import Photometric
from .read import read_radiograph

__all__ = ["FoundFile", "Photometric", "Verdict", "find_radiographs", "read_radiograph"]
