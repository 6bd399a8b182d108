"""The same exposure once more: for processing, and as a vendor would present it."""

from dataclasses import replace

from ..radiograph import Intent
from .output import Output, radiograph_of, signal_of, stored_values
from .simulate import SimulatedRadiograph

MILD = Output(intent=Intent.FOR_PRESENTATION, bits=12, edge_gain=0.25, compression=0.3, halo_share=0.2)
UNSHARP = Output(intent=Intent.FOR_PRESENTATION, bits=12)
STRONG_EDGES = Output(
    intent=Intent.FOR_PRESENTATION, bits=12, edge_gain=1.8, halo_share=0.8, halo_reach_mm=1.2
)
MULTISCALE = Output(intent=Intent.FOR_PRESENTATION, bits=12, edge_gain=0.2, compression=0.6, detail_power=0.7)
PRESENTATIONS = {"mild": MILD, "unsharp": UNSHARP, "strong-edges": STRONG_EDGES, "multiscale": MULTISCALE}


def presentation_twin(simulated: SimulatedRadiograph, output: Output = UNSHARP) -> SimulatedRadiograph:
    """Return what the same exposure looks like under another output: same bone, lines and noise.

    Parameters
    ----------
    simulated : SimulatedRadiograph
        For processing.
    output : Output
        Usually one of `PRESENTATIONS`: "mild", "unsharp", "strong-edges" (with a clear halo), "multiscale".

    Raises
    ------
    SettingsError
        If `simulated` is for presentation itself.

    Notes
    -----
    Made from the stored numbers, as a workstation does: their rounding is in it, and a signal below the last
    step is gone.
    """
    spacing_mm = simulated.detector.spacing_mm
    signal = signal_of(simulated.stored, simulated.output)
    stored = stored_values(signal, output, spacing_mm=spacing_mm)
    return replace(
        simulated,
        output=output,
        stored=stored,
        radiograph=radiograph_of(stored, output, spacing_mm, name=simulated.radiograph.name),
    )
