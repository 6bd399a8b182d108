"""The signal of frames: decoded with the guards of radiographs, cut short where the file is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom import uid
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate, generate_frames

from ..errors import NotARadiographError, UnreadableRadiographError, UnreadableSeriesError
from ..loading.complaints import one_line
from ..loading.decoding import decode, lossy
from ..loading.dicom_file import read_whole
from ..loading.sop_classes import has_pixels
from ..radiograph import ImageCaution
from .frames import Frame
from .volume import MRCaution

_NATIVE = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian)
_LEAST_ROWS = 0.5  # of a slice: with fewer rows it is left out


@dataclass(frozen=True)
class Signal:
    """The signal of one frame.

    Parameters
    ----------
    values : (R, C) float32 array
        After the frame's own rescale; 0 in rows that were not in the file.
    rows : int
        How many rows were.
    cautions : MRCaution
    compression, decoder : str or None
    """

    values: npt.NDArray[np.float32]
    rows: int
    cautions: MRCaution
    compression: str | None
    decoder: str | None


def signals_of(path: Path, frames: Sequence[Frame]) -> tuple[Signal | str, ...]:
    """Return the signal of some frames of one file, or why there is none.

    Parameters
    ----------
    path : Path
    frames : sequence of Frame
        All of this file.

    Raises
    ------
    UnreadableRadiographError, UnreadableSeriesError
        If the file as a whole cannot be read.
    """
    try:
        dataset = read_whole(path)
    except NotARadiographError as error:  # a deflated file of several frames: its size is not known before
        raise UnreadableSeriesError("deflated objects of several frames are not read") from error
    if not has_pixels(dataset):
        raise UnreadableSeriesError("holds no pixel data; the file may be truncated")
    if dataset.file_meta.TransferSyntaxUID in _NATIVE:
        pieces = _native_pieces(dataset, frames)
    else:
        pieces = _compressed_pieces(dataset, frames)
    return tuple(_signal(dataset, frame, *piece) for frame, piece in zip(frames, pieces, strict=True))


def _native_pieces(dataset: FileDataset, frames: Sequence[Frame]) -> list[tuple[bytes, int]]:
    """Return the bytes of each frame, filled up with zeros, and how many of its rows are there."""
    data = dataset.PixelData
    pieces = []
    for frame in frames:
        size, rows = frame.layout.frame_bytes, frame.layout.rows
        piece = data[frame.index * size : (frame.index + 1) * size]
        # The byte that makes an odd length even may be there; more is told as nothing: it is another frame.
        pieces.append((piece + b"\0" * (size - len(piece)), len(piece) // (size // rows)))
    return pieces


def _compressed_pieces(dataset: FileDataset, frames: Sequence[Frame]) -> list[tuple[bytes, int]]:
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in dataset:
            delattr(dataset, keyword)
    wanted = {frame.index: frame for frame in frames}
    found: dict[int, bytes] = {}
    try:
        for index, stream in enumerate(generate_frames(dataset.PixelData, number_of_frames=frames[0].count)):
            if index in wanted:
                found[index] = encapsulate([stream])
            if index >= max(wanted):
                break
    except Exception as error:  # whatever the parser of a broken stream raises; frames before it are whole
        if not found:
            raise UnreadableSeriesError(
                f"the compressed pixel data are broken ({type(error).__name__})"
            ) from error
    return [(found.get(frame.index, b""), frame.layout.rows) for frame in frames]


def _signal(dataset: FileDataset, frame: Frame, data: bytes, rows: int) -> Signal | str:
    layout = frame.layout
    if not data or rows < _LEAST_ROWS * layout.rows:
        return f"truncated: {rows if data else 0} of {layout.rows} rows are there"
    dataset.PixelData = data
    try:
        stored = decode(dataset, replace(layout, photometric=layout.photometric or "MONOCHROME2"))
    except UnreadableRadiographError as error:
        return one_line(error)
    syntax = dataset.file_meta.TransferSyntaxUID
    values = stored.values.astype(np.float64)
    cautions = MRCaution.NONE if rows >= layout.rows else MRCaution.TRUNCATED
    if lossy(dataset, syntax) & ImageCaution.LOSSY:
        cautions |= MRCaution.LOSSY
    if layout.photometric == "MONOCHROME1":
        # Lowest plus highest of the stored range, signed or not.
        values = (-1 if layout.signed else 2**layout.bits_stored - 1) - values
        cautions |= MRCaution.INVERTED
    values = values * frame.slope + frame.intercept
    values[rows:] = 0
    return Signal(
        values=values.astype(np.float32),
        rows=min(rows, layout.rows),
        cautions=cautions,
        compression=one_line(syntax.name) if stored.decoder else None,
        decoder=stored.decoder,
    )
