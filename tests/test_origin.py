"""The hash of the pixels, against the recipe in docs/output.md, and what it must and must not depend on."""

import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from microcal_xray.loading import read_radiograph
from microcal_xray.origin import pixel_sha256

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data" / "tibia_fissure.dcm"
PIXELS = np.random.default_rng(3).normal(size=(5, 7)).astype(np.float32)
USABLE = np.arange(35).reshape(5, 7) % 4 > 0


def test_the_hash_follows_its_recipe():
    words = struct.pack("<35f", *PIXELS.ravel().tolist())
    bits = bytes(int(flag) for flag in USABLE.ravel())
    assert pixel_sha256(PIXELS, USABLE) == hashlib.sha256(b"5 7\n" + words + bits).hexdigest()


def test_the_recipe_in_the_documentation_gives_the_hash(monkeypatch):
    monkeypatch.chdir(ROOT)  # it reads sample_data
    text = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    code = text.partition("The hash of the pixels, by hand:\n\n```python\n")[2].partition("```")[0]
    names: dict = {}
    exec(code, names)
    radiograph = read_radiograph(SAMPLE)
    assert names["digest"].hexdigest() == pixel_sha256(radiograph.pixels, radiograph.usable)


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda a: a.astype(a.dtype.newbyteorder(">"))])
def test_the_layout_in_memory_changes_nothing(layout):
    assert pixel_sha256(layout(PIXELS), layout(USABLE)) == pixel_sha256(PIXELS, USABLE)


def test_minus_zero_is_zero():
    zeros, usable = np.zeros((2, 2), np.float32), np.ones((2, 2), bool)
    assert pixel_sha256(-zeros, usable) == pixel_sha256(zeros, usable)


def _one_pixel(pixels, usable):
    changed = pixels.copy()
    changed[2, 3] = np.nextafter(changed[2, 3], np.float32(9))
    return changed, usable


def _one_flag(pixels, usable):
    changed = usable.copy()
    changed[2, 3] ^= True
    return pixels, changed


@pytest.mark.parametrize(
    "change",
    [
        _one_pixel,
        _one_flag,
        lambda pixels, usable: (pixels.reshape(7, 5), usable.reshape(7, 5)),
        lambda pixels, usable: (pixels[::-1], usable[::-1]),
    ],
)
def test_any_other_picture_has_another_hash(change):
    assert pixel_sha256(*change(PIXELS, USABLE)) != pixel_sha256(PIXELS, USABLE)
