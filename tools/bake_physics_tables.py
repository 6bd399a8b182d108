"""Write materials.json and spectra.json of the simulation.

The cross-sections are those of xraylib, the spectra those of the tube model of SpekPy.
Run it in an environment of its own (``pip install xraylib spekpy``): neither is needed at run time.

    python tools/bake_physics_tables.py src/microcal_xray/simulation/tables
"""

import json
import math
import sys
from importlib.metadata import version
from pathlib import Path

import spekpy  # type: ignore[import-not-found]
import xraylib  # type: ignore[import-not-found]

ENERGIES_KEV = range(10, 81)
BIN_CENTRES_KEV = [low + 0.5 for low in range(10, 70)]
PEAKS_KV = (50, 55, 60, 66, 70)
ANODE_DEG = 12
FILTER_MM_AL = 2.5

# ICRP compositions as xraylib lists them (NIST); density in g/cm3. Cortical bone 1.92 and soft tissue 1.00
# are the values of ICRU 44 and of muscle rounded, adipose tissue 0.92 of ICRP.
MATERIALS = {
    "soft_tissue": ("Tissue, Soft (ICRP)", 1.00),
    "adipose": ("Adipose Tissue (ICRP)", 0.92),
    "cortical_bone": ("Bone, Cortical (ICRP)", 1.92),
}
CSI_G_PER_CM2 = 0.2  # about 0.6 mm of columnar caesium iodide, three quarters of it filled


def materials() -> dict[str, object]:
    """Return linear attenuation in 1/mm at each energy, and what the scintillator absorbs."""
    table = {
        name: [_per_mm(compound, density, energy) for energy in ENERGIES_KEV]
        for name, (compound, density) in MATERIALS.items()
    }
    table["marrow"] = [  # half red, half yellow
        round((soft + fat) / 2, 7) for soft, fat in zip(table["soft_tissue"], table["adipose"], strict=True)
    ]
    return {
        "provenance": _provenance("xraylib")
        | {
            "quantity": "linear attenuation coefficient with coherent scatter, CS_Total x density, 1/mm",
            "compounds": {name: list(pair) for name, pair in MATERIALS.items()}
            | {"marrow": "mean of soft_tissue and adipose"},
        },
        "energies_kev": list(ENERGIES_KEV),
        "attenuation_per_mm": table,
        "scintillator": {"compound": "CsI", "g_per_cm2": CSI_G_PER_CM2, "absorbed": _absorbed()},
    }


def spectra() -> dict[str, object]:
    """Return, for each tube voltage, the photons in each 1 keV bin, normalised to a sum of one."""
    return {
        "provenance": _provenance("spekpy")
        | {"anode": f"W, {ANODE_DEG} degrees", "filter": f"{FILTER_MM_AL} mm Al", "bin": "1 keV, centred"},
        "energies_kev": BIN_CENTRES_KEV,
        "photons": {str(kv): _photons(kv) for kv in PEAKS_KV},
    }


def _per_mm(compound: str, density: float, energy_kev: float) -> float:
    data = xraylib.GetCompoundDataNISTByName(compound)
    mass: float = sum(
        fraction * xraylib.CS_Total(element, float(energy_kev))
        for element, fraction in zip(data["Elements"], data["massFractions"], strict=True)
    )
    return round(float(mass) * density / 10, 7)


def _absorbed() -> list[float]:
    return [
        round(1 - math.exp(-CSI_G_PER_CM2 * xraylib.CS_Photo_CP("CsI", float(energy))), 6)
        for energy in ENERGIES_KEV
    ]


def _photons(kv: int) -> list[float]:
    beam = spekpy.Spek(kvp=kv, th=ANODE_DEG, dk=1.0, targ="W")
    beam.filter("Al", FILTER_MM_AL)
    energies, fluence = beam.get_spectrum(edges=False)
    by_energy = {
        round(float(energy), 1): float(value) for energy, value in zip(energies, fluence, strict=True)
    }
    photons = [by_energy.get(energy, 0.0) for energy in BIN_CENTRES_KEV]
    total = sum(photons)
    return [round(value / total, 8) for value in photons]


def _provenance(package: str) -> dict[str, str]:
    return {
        "made_by": "tools/bake_physics_tables.py",
        "package": package,
        "version": version(package),
    }


def main() -> None:
    """Write the two tables into the folder named on the command line."""
    folder = Path(sys.argv[1])
    for name, table in (("materials.json", materials()), ("spectra.json", spectra())):
        (folder / name).write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
