"""PNG, JPEG and TIFF: as stored, with all their bits, and turned only where the file says so."""

import numpy as np
import pytest
import tifffile
from dicom_files import ramp
from PIL import Image

from microcal_xray.errors import NotARadiographError, UnreadableRadiographError
from microcal_xray.loading import Photometric, Verdict, find_radiographs, read_radiograph
from microcal_xray.radiograph import ImageCaution, Intent, Signal

EIGHT, COLOUR, LOSSY = ImageCaution.EIGHT_BIT, ImageCaution.COLOUR, ImageCaution.LOSSY


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".dcm", ""])
def test_grey_pictures_keep_every_bit_whatever_their_name(tmp_path, bits, suffix):
    values = ramp(bits=bits)
    path = tmp_path / f"tibia{suffix}"
    Image.fromarray(values).save(path, "TIFF" if suffix == ".tif" else "PNG")
    radiograph = read_radiograph(path)
    assert np.array_equal(radiograph.pixels, values)
    assert radiograph.acquisition.bits_stored == bits
    assert radiograph.acquisition.file_format == ("TIFF" if suffix == ".tif" else "PNG")
    assert bool(radiograph.cautions & EIGHT) == (bits == 8)
    assert (radiograph.intent, radiograph.signal, radiograph.name) == (Intent.PICTURE, Signal.GREY, "tibia")
    assert radiograph.usable.all()


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "i2", "f4", ">u2", ">f4"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_tiff_of_every_number_type(tmp_path, kind, compression):
    values = (ramp(bits=8).astype(float) - (100 if kind == "i2" else 0)).astype(kind)
    byteorder = ">" if kind.startswith(">") else "<"
    options = {"byteorder": byteorder, "compression": compression, "photometric": "minisblack"}
    tifffile.imwrite(tmp_path / "a.tif", values.astype(kind.lstrip(">")), **options)
    if compression and kind not in ("u1", "u2", ">u2"):  # what Pillow would misread
        with pytest.raises(UnreadableRadiographError, match="save it without compression"):
            read_radiograph(tmp_path / "a.tif")
        return
    assert np.array_equal(read_radiograph(tmp_path / "a.tif").pixels, values)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_tiff_whose_zero_is_white_is_turned_once(tmp_path, bits, compression):
    values = ramp(bits=bits)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="miniswhite", compression=compression)
    radiograph = read_radiograph(tmp_path / "a.tif")
    assert np.array_equal(radiograph.pixels, (2.0**bits - 1) - values)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff_is_read_without_more_packages(tmp_path, compression):
    for bits in (8, 16):
        Image.fromarray(ramp(bits=bits)).save(tmp_path / "a.tif", compression=compression)
        assert np.array_equal(read_radiograph(tmp_path / "a.tif").pixels, ramp(bits=bits))


def test_sixteen_bit_colour_tiff_keeps_its_bits(tmp_path):
    for planar in ("contig", "separate"):
        channels = np.stack([ramp(bits=16)] * 3, axis=-1 if planar == "contig" else 0)
        tifffile.imwrite(tmp_path / "a.tif", channels, photometric="rgb", planarconfig=planar)
        assert np.array_equal(read_radiograph(tmp_path / "a.tif").pixels, ramp(bits=16))


def test_several_pages_are_refused_but_a_preview_is_not(tmp_path):
    values = ramp(bits=16)
    tifffile.imwrite(tmp_path / "a.tif", np.stack([values] * 3), photometric="minisblack")
    with pytest.raises(NotARadiographError, match="holds 3 pictures"):
        read_radiograph(tmp_path / "a.tif")
    with tifffile.TiffWriter(tmp_path / "b.tif") as writer:
        writer.write(values, photometric="minisblack")
        writer.write(values[::4, ::4], photometric="minisblack", subfiletype=1)
    assert np.array_equal(read_radiograph(tmp_path / "b.tif").pixels, values)


def test_what_is_no_number_is_not_usable(tmp_path):
    values = ramp(bits=8).astype(np.float32)
    values[3, 4], values[5, 6], values[20] = np.nan, np.inf, np.nan
    tifffile.imwrite(tmp_path / "a.tif", values)
    radiograph = read_radiograph(tmp_path / "a.tif")
    # The two single ones are filled; a dead row is too long for that.
    assert radiograph.filled_px == 2
    assert np.unique(np.argwhere(~radiograph.usable)[:, 0]).tolist() == [20]
    tifffile.imwrite(tmp_path / "a.tif", np.full((40, 40), np.nan, np.float32))
    with pytest.raises(UnreadableRadiographError, match="no pixel is a finite number"):
        read_radiograph(tmp_path / "a.tif")


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_what_is_transparent_is_not_usable(tmp_path, mode):
    image = Image.fromarray(ramp(bits=8)).convert(mode)
    alpha = np.full((40, 48), 255, np.uint8)
    alpha[:10] = 0
    image.putalpha(Image.fromarray(alpha))
    image.save(tmp_path / "a.png")
    radiograph = read_radiograph(tmp_path / "a.png")
    assert np.array_equal(radiograph.usable, alpha > 0)
    assert np.array_equal(radiograph.pixels, ramp(bits=8))


def test_a_picture_that_is_transparent_all_over_is_used(tmp_path):
    Image.new("RGBA", (40, 40)).save(tmp_path / "a.png")
    assert read_radiograph(tmp_path / "a.png").usable.all()


def test_a_grey_palette_gives_its_greys(tmp_path):
    Image.fromarray(ramp(bits=8)).convert("P").save(tmp_path / "a.png")
    radiograph = read_radiograph(tmp_path / "a.png")
    assert np.array_equal(radiograph.pixels, ramp(bits=8))
    assert not radiograph.cautions & COLOUR


def test_colour_becomes_luminance(tmp_path):
    Image.new("RGB", (40, 40), (0, 200, 0)).save(tmp_path / "a.png")
    radiograph = read_radiograph(tmp_path / "a.png")
    assert radiograph.pixels[0, 0] == pytest.approx(0.587 * 200)
    assert radiograph.cautions & COLOUR


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_of_every_mode_is_lossy_grey(tmp_path, mode):
    smooth = np.add.outer(np.arange(40) * 2, np.arange(48) * 3).astype(np.uint8)
    Image.fromarray(smooth).convert(mode).save(tmp_path / "a.jpg", quality=95)
    radiograph = read_radiograph(tmp_path / "a.jpg")
    assert np.abs(radiograph.pixels - smooth).max() <= 4  # quality 95
    assert radiograph.cautions & LOSSY


def test_a_jpeg_stays_as_stored_whatever_its_orientation(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    Image.fromarray(ramp(40, 48, bits=8)).save(tmp_path / "a.jpg", exif=exif)
    assert read_radiograph(tmp_path / "a.jpg").pixels.shape == (40, 48)


def test_the_caller_may_turn_a_picture(tmp_path):
    Image.fromarray(ramp(bits=16)).save(tmp_path / "a.png")
    turned = read_radiograph(tmp_path / "a.png", photometric=Photometric.MONOCHROME1)
    assert np.array_equal(turned.pixels, 65535.0 - ramp(bits=16))
    assert turned.cautions & ImageCaution.POLARITY_BY_USER
    assert not read_radiograph(tmp_path / "a.png").cautions & ImageCaution.POLARITY_BY_USER


def test_an_animation_is_refused(tmp_path):
    frames = [Image.fromarray(ramp(bits=8) // step) for step in (1, 2)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    with pytest.raises(NotARadiographError, match="holds 2 pictures"):
        read_radiograph(tmp_path / "a.png")
    assert [found.verdict for found in find_radiographs(tmp_path)] == [Verdict.SKIPPED]


@pytest.mark.parametrize(("share", "is_clipped"), [(0.01, False), (0.05, True)])
def test_clipped_bone_is_a_caution_and_black_air_is_not(tmp_path, share, is_clipped):
    values = np.clip(ramp(100, 100, bits=8), 0, 254)
    values[:40] = 0
    values.ravel()[-int(share * values.size) :] = 255
    Image.fromarray(values).save(tmp_path / "a.png")
    assert bool(read_radiograph(tmp_path / "a.png").cautions & ImageCaution.CLIPPED) == is_clipped


def test_a_jpeg_with_a_preview_behind_it_is_read(tmp_path):
    smooth = np.add.outer(np.arange(40) * 2, np.arange(48) * 3).astype(np.uint8)
    pictures = [Image.fromarray(smooth), Image.fromarray(smooth[::4, ::4])]
    pictures[0].save(tmp_path / "a.jpg", "MPO", quality=95, save_all=True, append_images=pictures[1:])
    radiograph = read_radiograph(tmp_path / "a.jpg")
    assert np.abs(radiograph.pixels - smooth).max() <= 4  # quality 95


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize(
    ("photometric", "stated"), [("miniswhite", "MONOCHROME1"), ("minisblack", "MONOCHROME2")]
)
def test_what_a_tiff_states_of_its_polarity_is_kept(tmp_path, bits, compression, photometric, stated):
    tifffile.imwrite(tmp_path / "a.tif", ramp(bits=bits), photometric=photometric, compression=compression)
    assert read_radiograph(tmp_path / "a.tif").acquisition.photometric == stated


def test_a_png_states_no_polarity(tmp_path):
    Image.fromarray(ramp(bits=16)).save(tmp_path / "a.png")
    assert read_radiograph(tmp_path / "a.png").acquisition.photometric is None
