"""The words of the MR companion, in one place: figure, page and record say the same."""

from ..mri.volume import Weighting

SERIES_WORDS: dict[Weighting, str] = {
    Weighting.T1: "T1",
    Weighting.T1_FAT_SUPPRESSED: "T1, fat suppressed",
    Weighting.T2: "T2",
    Weighting.T2_FAT_SUPPRESSED: "T2, fat suppressed",
    Weighting.PROTON_DENSITY: "proton density",
    Weighting.PROTON_DENSITY_FAT_SUPPRESSED: "proton density, fat suppressed",
    Weighting.STIR: "STIR",
    Weighting.UNKNOWN: "weighting unknown",
}

NO_GRADE = (
    "These are descriptors that the Fredericson and Arendt gradings use, with what was measured of each. "
    "No grade is given: it needs the patient, the other images and a radiologist."
)

REFERENCE = (
    "Normal marrow is that of the same bone on the same series: medians of slabs along the bone, slabs that "
    "depart left out, a smooth course through the rest."
)
