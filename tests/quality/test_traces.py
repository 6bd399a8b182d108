import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from microcal_xray.quality import block_traces, clipped_share


def picture(seed: int = 0) -> np.ndarray:
    grain = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(320, 280)), 2)
    rows = np.indices(grain.shape)[0]
    return np.clip(120 + 60 * np.sin(rows / 60) + 12 * grain / grain.std(), 0, 255)


def through_jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(np.rint(image).astype(np.uint8)).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer), np.float32)


@pytest.mark.parametrize("quality", [20, 40])
def test_strong_compression_leaves_traces(quality):
    assert block_traces(through_jpeg(picture(), quality)) > 0.12


def test_traces_are_found_in_a_cropped_picture():
    cropped = np.ascontiguousarray(through_jpeg(picture(), 30)[3:, 5:])
    assert block_traces(cropped) > 0.12


@pytest.mark.parametrize("seed", range(4))
def test_a_picture_that_was_never_compressed_has_none(seed):
    assert block_traces(np.rint(picture(seed)).astype(np.float32)) < 0.12


@pytest.mark.parametrize("image", [np.zeros((200, 200)), np.zeros((9, 9))])
def test_a_constant_or_tiny_picture_has_none(image):
    assert block_traces(image.astype(np.float32)) == 0.0


def test_the_clipped_share_is_that_of_the_bone():
    image = np.zeros((10, 10), np.float32)
    image[:2] = 5.0
    bone = np.zeros(image.shape, bool)
    bone[:4] = True
    assert clipped_share(image, bone) == 0.5
    assert clipped_share(image, np.zeros_like(bone)) == 0.0
