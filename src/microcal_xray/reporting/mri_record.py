"""What MR shows of a bone, as plain values for other programs."""

import json
from typing import Any

from ..mri.companion import LineOfSeries, MRFindings
from ..mri.surface import SurfaceSignal
from ..mri.volume import MRVolume
from ..version import __version__
from .measured_record import estimate_dict
from .words import caution_names

MRI_SCHEMA_NAME = "microcal-mri/1"


def mri_json(found: MRFindings) -> str:
    """Return the record as JSON; the same findings give the same bytes, and nothing in it names a patient."""
    record = {"schema": MRI_SCHEMA_NAME, "version": __version__, **mri_dict(found)}
    return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def mri_dict(found: MRFindings) -> dict[str, Any]:
    """Return the findings as plain values; what is unknown or not there is None."""
    bone, oedema, normal = found.bone, found.oedema, found.normal
    return {
        "series": [_series(volume, found) for volume in found.volumes],
        "bone": {
            "series": found.bone_series,
            "source": bone.source,
            "described_mm": round(bone.length_mm, 1),
            "cortex_seen_share": round(bone.found_share, 3),
            "joint": bone.joint_source,
        },
        "normal_marrow": normal
        and {
            "rests_on_share_of_bone": round(normal.kept_share, 3),
            "noise": float(f"{normal.noise:.4g}"),
            "is_sure": normal.is_sure,
        },
        "marrow": oedema
        and {
            "length": estimate_dict(oedema.length_mm),
            "across": estimate_dict(oedema.across_mm),
            "volume": estimate_dict(oedema.volume_mm3),
            "from_joint_mm": _stretch(found, oedema.along_mm),
            "signal_over_normal_marrow": estimate_dict(oedema.contrast),
            "stands_out": estimate_dict(oedema.stands_out),
            "largest_share_of_cross_section": estimate_dict(oedema.cross_section),
        },
        "periosteum": found.periosteum and _surface(found, found.periosteum),
        "cortex": found.cortex
        and {
            "measurable_share": round(found.cortex.measurable_share, 3),
            "regions": [_surface(found, region) for region in found.cortex.regions],
        },
        "dark_lines": [_line(found, each) for each in found.lines],
        "descriptors": [
            {
                "name": each.name,
                "used_by": list(each.used_by),
                "state": each.state.value,
                "reason": each.reason,
                "measured": estimate_dict(each.measured),
            }
            for each in found.descriptors
        ],
        "radiograph": found.place
        and {
            "from_joint": estimate_dict(found.place.radiograph_mm),
            "mr_from_joint": estimate_dict(found.place.mr_mm),
            "difference": estimate_dict(found.place.difference_mm),
            "may_be_same": found.place.may_be_same,
        },
        "notes": list(found.notes),
    }


def _series(volume: MRVolume, found: MRFindings) -> dict[str, Any]:
    made = volume.acquisition
    measured = [
        name
        for name, each in (("oedema", found.oedema_series), ("t1", found.t1), ("t2", found.t2))
        if each is volume
    ]
    return {
        "name": volume.name,
        "measured_as": measured,
        "weighting": made.weighting.value,
        "weighting_from": made.weighting_reason,
        "slices": len(volume.voxels),
        "rows": volume.voxels.shape[1],
        "columns": volume.voxels.shape[2],
        "spacing_mm": [volume.row_spacing_mm, volume.column_spacing_mm],
        "slice_step_mm": None if volume.slice_step_mm is None else round(volume.slice_step_mm, 4),
        "slice_thickness_mm": made.slice_thickness_mm,
        "field_strength_t": made.field_strength_t,
        "body_part": made.body_part,
        "laterality": made.laterality,
        "cautions": caution_names(volume.cautions),
        "left_out": list(volume.left_out),
    }


def _stretch(found: MRFindings, along_mm: tuple[float, float]) -> list[float] | None:
    stretch = found.from_joint_mm(along_mm)
    return None if stretch is None else [round(each, 1) for each in stretch]


def _surface(found: MRFindings, signal: SurfaceSignal) -> dict[str, Any]:
    return {
        "length": estimate_dict(signal.length_mm),
        "around": estimate_dict(signal.around_mm),
        "thickness": estimate_dict(signal.thickness_mm),
        "from_joint_mm": _stretch(found, signal.along_mm),
        "signal_over_normal_marrow": estimate_dict(signal.contrast),
        "is_linear": signal.is_linear,
    }


def _line(found: MRFindings, each: LineOfSeries) -> dict[str, Any]:
    line = each.line
    stretch = _stretch(found, (line.middle_mm, line.middle_mm))
    return {
        "series": each.series,
        "slice": line.slice_index + 1,
        "slices": line.slices,
        "length": estimate_dict(line.length_mm),
        "depth": estimate_dict(line.depth_mm),
        "meets_cortex": line.meets_cortex,
        "angle_to_bone": estimate_dict(line.angle_to_bone_deg),
        "contrast": estimate_dict(line.contrast),
        "from_joint_mm": None if stretch is None else stretch[0],
    }
