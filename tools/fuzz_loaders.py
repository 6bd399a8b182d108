"""Feed spoiled files to the loaders: each must become a radiograph or one clear line, soon, in little memory.

Case N is always the same: `python tools/fuzz_loaders.py --first N --count 1` shows it again, and
`--keep FOLDER` writes its file. The cases run in a child process with limits of time and memory, which is
started anew every few thousand cases and after every death; whatever is no clean answer is listed at the end.
"""

import argparse
import contextlib
import io
import json
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom import uid
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate

from microcal_xray.errors import MicrocalError
from microcal_xray.loading import find_radiographs, read_radiograph

CASE_LIMIT_S = 20
MEMORY_BYTES = 3 << 30
CASES_PER_CHILD = 5000
_LONGEST_COMPLAINT = 1300  # 240 letters of reason after at most 1000 of path
_INTERESTING = (0, 1, 2, 3, 7, 8, 12, 15, 16, 32, 127, 128, 254, 255, 4096, 32767, 65535)
_SIZES = (struct.pack("<I", 0xFFFFFFFF), struct.pack("<I", 0x7FFFFFFF), struct.pack(">I", 65535), b"\xff\xff")


def ramp(rows: int = 40, columns: int = 48, bits: int = 12) -> npt.NDArray[np.uint16]:
    """Return stored values in no smooth order."""
    return np.random.default_rng(7).integers(0, 2**bits, (rows, columns)).astype(np.uint16)


def dicom(syntax: uid.UID, *, bits: int = 12, stream: bytes | None = None) -> bytes:
    """Return a DX in a transfer syntax."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = uid.DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = uid.UID("1.2.3.4")
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)  # type: ignore[arg-type]
    dataset.SOPClassUID = uid.DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = "1.2.3.4"
    dataset.Modality, dataset.BodyPartExamined = "DX", "LEG"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.PhotometricInterpretation, dataset.SamplesPerPixel = "MONOCHROME2", 1
    dataset.PixelSpacing = dataset.ImagerPixelSpacing = [0.1, 0.1]
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "US"
    dataset.ShutterShape, dataset.ShutterLeftVerticalEdge = "RECTANGULAR", "2"
    dataset.ShutterRightVerticalEdge, dataset.ShutterUpperHorizontalEdge = "40", "2"
    dataset.ShutterLowerHorizontalEdge = "38"
    stored = ramp(bits=bits)
    if bits == 8:
        stored = stored.astype(np.uint8)
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated, dataset.BitsStored = 8 * stored.itemsize, bits
    dataset.HighBit, dataset.PixelRepresentation = bits - 1, 0
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW" if bits > 8 else "OB"
    if stream is not None:
        meta.TransferSyntaxUID = syntax
        dataset.PixelData = encapsulate([stream])
        dataset["PixelData"].is_undefined_length = True
    elif syntax in (uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless):
        dataset.compress(syntax)
    else:
        meta.TransferSyntaxUID = syntax
    target = io.BytesIO()
    dataset.save_as(target, enforce_file_format=True)
    return target.getvalue()


def picture(kind: str, *, mode: str = "L", **options: object) -> bytes:
    """Return a picture as a file of Pillow's."""
    values = ramp()
    if mode == "I;16":
        image = Image.fromarray(values)
    else:
        image = Image.fromarray((values >> 4).astype(np.uint8)).convert(mode)
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


@cache
def seeds() -> tuple[tuple[str, bytes], ...]:
    """Return whole files of every kind that is read, by name."""
    jpeg = picture("JPEG")
    return (
        ("explicit", dicom(uid.ExplicitVRLittleEndian)),
        ("implicit", dicom(uid.ImplicitVRLittleEndian)),
        ("deflated", dicom(uid.DeflatedExplicitVRLittleEndian)),
        ("rle", dicom(uid.RLELossless)),
        ("jpegls", dicom(uid.JPEGLSLossless)),
        ("j2k", dicom(uid.JPEG2000Lossless)),
        ("jpeg", dicom(uid.JPEGBaseline8Bit, bits=8, stream=jpeg)),
        ("jpeg lossless", dicom(uid.JPEGLosslessSV1, bits=8, stream=jpeg)),
        ("bare", dicom(uid.ExplicitVRLittleEndian)[132:]),
        ("png", picture("PNG")),
        ("png 16", picture("PNG", mode="I;16")),
        ("png rgba", picture("PNG", mode="RGBA")),
        ("jpeg file", jpeg),
        ("jpeg colour", picture("JPEG", mode="RGB", progressive=True)),
        ("tiff", picture("TIFF")),
        ("tiff 16", picture("TIFF", mode="I;16")),
        ("tiff deflate", picture("TIFF", compression="tiff_adobe_deflate")),
        ("tiff lzw", picture("TIFF", compression="tiff_lzw")),
    )


def case(number: int) -> tuple[str, bytes]:
    """Return the kind and the bytes of a case; the same number gives the same.

    Parameters
    ----------
    number : int
        0 or more.
    """
    chance = random.Random(number)
    name, data = chance.choice(seeds())
    spoiled = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        chance.choice(_MUTATIONS)(spoiled, chance)
    if name.startswith("png") and chance.random() < 0.7:
        spoiled = _with_true_checksums(bytes(spoiled))
    return name, bytes(spoiled)


def _place(data: bytearray, chance: random.Random) -> int:
    """Return a place, more often in the header, where most of the meaning is."""
    end = len(data) if chance.random() < 0.4 else min(len(data), 900)
    return chance.randrange(max(end, 1))


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _set(data: bytearray, chance: random.Random) -> None:
    if data:
        data[_place(data, chance)] = chance.choice(_INTERESTING) & 0xFF


def _set_word(data: bytearray, chance: random.Random) -> None:
    at, value = _place(data, chance), chance.choice(_INTERESTING)
    data[at : at + 2] = struct.pack(chance.choice("<>") + "H", value)


def _set_size(data: bytearray, chance: random.Random) -> None:
    at, size = _place(data, chance), chance.choice(_SIZES)
    data[at : at + len(size)] = size


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[_place(data, chance) :]


def _drop(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    del data[at : at + chance.randrange(1, 64)]


def _double(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    data[at:at] = data[at : at + chance.randrange(1, 256)] * chance.choice((1, 2, 50))


def _noise(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    data[at : at + 16] = chance.randbytes(chance.randrange(1, 32))


def _splice(data: bytearray, chance: random.Random) -> None:
    other = chance.choice(seeds())[1]
    at, start = _place(data, chance), chance.randrange(len(other))
    data[at : at + 64] = other[start : start + chance.randrange(1, 400)]


_MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _flip,
    _set,
    _set,
    _set_word,
    _set_word,
    _set_size,
    _cut,
    _drop,
    _double,
    _noise,
    _splice,
)


def _with_true_checksums(data: bytes) -> bytearray:
    """Return a PNG whose chunks have true checksums, so that what is in them is read."""
    fixed, at = bytearray(data[:8]), 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        body = data[at + 4 : at + 8 + length]
        fixed += data[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return fixed + data[at:]


def outcome(path: Path) -> str:
    """Return what became of a file: "read", "refused" or, beginning with "BAD", what must not be."""
    try:
        read_radiograph(path)
        word = "read"
    except MicrocalError as error:
        text = str(error)
        if not text.isprintable() or len(text) > _LONGEST_COMPLAINT or not text.startswith(f"{path}: "):
            return f"BAD complaint {text!r}"
        word = "refused"
    except MemoryError:
        return "BAD MemoryError"
    except BaseException as error:
        return f"BAD {type(error).__name__}: {error}"
    verdicts = [found.verdict.value for found in find_radiographs(path)]
    if word == "read" and verdicts != ["radiograph"]:
        return f"BAD read, but found to be {verdicts}"
    return word


def work(first: int, count: int, status: Path) -> None:
    """Run cases in this process, noting in a file which one it is at."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    words: Counter[str] = Counter()
    bad, slowest = [], (0.0, first)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case"
        for number in range(first, first + count):
            status.write_text(str(number))
            kind, data = case(number)
            path.write_bytes(data)
            signal.alarm(CASE_LIMIT_S)
            begun = time.monotonic()
            word = outcome(path)
            signal.alarm(0)
            slowest = max(slowest, (time.monotonic() - begun, number))
            words[word if not word.startswith("BAD") else "BAD"] += 1
            if word.startswith("BAD"):
                bad.append((number, kind, word))
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    json.dump({"words": words, "bad": bad, "slowest": slowest, "peak_mib": peak_mib}, sys.stdout)


def main() -> int:
    """Run the cases that were asked for; 0: all were answered cleanly."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument(
        "--seconds", type=float, default=float("inf"), help="begin no further child after these"
    )
    parser.add_argument("--keep", type=Path, help="write the files of the cases here and read none")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        work(asked.first, asked.count, asked.child)
        return 0
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
        for number in range(asked.first, asked.first + asked.count):
            (asked.keep / str(number)).write_bytes(case(number)[1])
        return 0
    return _supervised(asked.first, asked.count, asked.seconds)


def _supervised(first: int, count: int, seconds: float) -> int:
    words: Counter[str] = Counter()
    bad: list[tuple[int, str, str]] = []
    peaks, slowest, at, begun = [], (0.0, first), first, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        status = Path(folder) / "status"
        while at < first + count and time.monotonic() - begun < seconds:
            todo = min(CASES_PER_CHILD, first + count - at)
            command = [sys.executable, __file__, "--child", str(status)]
            command += ["--first", str(at), "--count", str(todo)]
            child = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
            told = None
            with contextlib.suppress(ValueError):
                told = json.loads(child.stdout) if child.returncode == 0 else None
            if told is None:  # its counts are lost; the cases before the deadly one were clean, or come again
                deadly = int(status.read_text())
                bad.append((deadly, case(deadly)[0], f"DEATH {child.returncode}"))
                words["before a death"] += deadly - at
                at = deadly + 1
                continue
            words.update(told["words"])
            bad += [tuple(each) for each in told["bad"]]
            peaks.append(told["peak_mib"])
            slowest = max(slowest, tuple(told["slowest"]))
            at += todo
            print(f"{at - first} cases, {len(bad)} bad, peak {max(peaks)} MiB", file=sys.stderr, flush=True)
    print(f"{at - first} cases in {time.monotonic() - begun:.0f} s: {dict(words)}")
    print(
        f"slowest: {slowest[0]:.2f} s (case {slowest[1]}); peak memory of a child {max(peaks, default=0)} MiB"
    )
    for number, kind, word in bad:
        print(f"case {number} ({kind}): {word}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
