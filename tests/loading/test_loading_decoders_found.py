"""Which transfer syntaxes are said to be decoded, against what the decoders then do."""

import importlib.util

import pydicom
import pytest
from dicom_files import dx, ramp, saved
from pydicom import uid
from pydicom.pixels.decoders import JPEGLSLosslessDecoder

from microcal_xray.errors import UnreadableRadiographError
from microcal_xray.loading import decoders_found, read_radiograph
from microcal_xray.loading.decoders_found import decoder_packages, supported_syntaxes
from microcal_xray.loading.decoding import DECODERS


def by_name(name):
    return next(each for each in supported_syntaxes() if each.name == name)


def test_every_syntax_of_the_decoders_is_listed_once():
    names = [each.name for each in supported_syntaxes()]
    assert len(set(names)) == len(names) == len(DECODERS) + 1  # JPEG Extended is listed for 8 and for 12 bits


def test_the_first_that_is_listed_is_the_one_that_decodes(tmp_path):
    for syntax in (uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless):
        dataset = dx(ramp(), bits=12)
        dataset.compress(syntax)
        radiograph = read_radiograph(saved(dataset, tmp_path))
        assert by_name(syntax.name).found[0] == radiograph.acquisition.decoder


def test_a_decoder_that_is_not_there_is_lacking_and_nothing_takes_its_place(tmp_path, monkeypatch):
    dataset = dx(ramp(), bits=12)
    dataset.compress(uid.JPEGLSLossless)
    path = saved(dataset, tmp_path)
    monkeypatch.setattr(JPEGLSLosslessDecoder, "_available", {})
    support = by_name(uid.JPEGLSLossless.name)
    assert (support.found, support.lacking) == ((), ("pyjpegls",))
    with pytest.raises(UnreadableRadiographError, match="cannot be decoded"):
        read_radiograph(path)


@pytest.mark.parametrize("is_there", [True, False])
def test_the_extra_decoder_is_found_where_it_is_installed(monkeypatch, is_there):
    spec = importlib.util.find_spec("numpy") if is_there else None
    monkeypatch.setattr(decoders_found, "find_spec", lambda name: spec)
    (twelve_bits,) = [each for each in supported_syntaxes() if each.name.endswith("12 bits")]
    assert (twelve_bits.found, twelve_bits.lacking)[not is_there] == ("imagecodecs",)


def test_every_package_that_decodes_is_listed_as_it_is_installed():
    packages = decoder_packages()
    assert {"pydicom", "pillow", "python-gdcm", "pyjpegls", "pylibjpeg-openjpeg", "tifffile"} <= set(packages)
    assert packages["pydicom"] == pydicom.__version__
