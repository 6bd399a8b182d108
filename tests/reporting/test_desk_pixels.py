"""Window and level on the desk, pixel for pixel against numpy, and the magnifier and the readout with it."""

import base64
from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.radiograph import Radiograph, Signal, radiograph_from_array
from microcal_xray.reporting import image_result, write_results
from microcal_xray.reporting.display import display_levels
from microcal_xray.settings import Settings

pytestmark = pytest.mark.slow

SHAPE = (90, 120)
# One pixel of the radiograph on one of the screen, from the stage's upper left corner.
ONE_TO_ONE = "Object.assign(desk.stage, { zoom: 1, x: 0, y: 0, fitted: false }).drawNow()"
GRABBED = """() => {
    const greys = desk.stage.painter.grabbed();
    let text = "";
    for (let at = 0; at < greys.length; at += 8192) {
        text += String.fromCharCode(...greys.subarray(at, at + 8192));
    }
    return [desk.stage.canvas.width, btoa(text)];
}"""
SMALL = {"width": 1120, "height": 420}  # a smaller stage has fewer pixels to compare


def _depth(bits, seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 2**bits, SHAPE)
    pixels[0, :2] = (0, 2**bits - 1)
    return pixels


def _images():
    usable = np.ones(SHAPE, bool)
    usable[40:60, 30:70] = False
    logs = (-np.log(_depth(12, 3) / 4095 + 1e-3)).astype(np.float32)
    return {
        "12.dcm": radiograph_from_array(_depth(12, 1)),
        "16.dcm": radiograph_from_array(_depth(16, 2)),
        "log.dcm": Radiograph(logs, usable, signal=Signal.LOG),
    }


@pytest.fixture(scope="module")
def desk_report(make_findings, tmp_path_factory):
    findings = make_findings(candidates=0)
    results = [image_result(replace(findings, radiograph=image), name) for name, image in _images().items()]
    return write_results(results, tmp_path_factory.mktemp("pixels"), Settings())


def _windowed(radiograph, low, high, *, inverted=False):
    shares = np.clip((radiograph.pixels.astype(np.float64) - low) / (high - low), 0, 1)
    if radiograph.signal is Signal.LOG:
        shares = shares * np.sqrt(shares)
    levels = np.floor(shares * 255 + 0.5)
    levels = 255 - levels if inverted else levels
    return np.where(radiograph.usable, levels, 0).astype(int)


def _grabbed(page):
    width, greys = page.evaluate(GRABBED)
    return np.frombuffer(base64.b64decode(greys), np.uint8).reshape(-1, width).astype(int)


def _shown(page):
    page.evaluate(ONE_TO_ONE)
    return _grabbed(page)[: SHAPE[0], : SHAPE[1]]


def test_every_pixel_is_as_numpy_has_it_by_processor_and_by_card(open_desk, desk_report):
    page = open_desk(desk_report, viewport=SMALL)
    assert page.evaluate("desk.stage.painter.constructor.name") == "ProcessorPainter"  # no card in the tests
    for name, radiograph in _images().items():
        assert page.locator("#file").inner_text() == name
        page.locator("html[data-shown='" + str(list(_images()).index(name)) + "']").wait_for()
        first = page.evaluate("[desk.stage.window.low, desk.stage.window.high]")
        assert np.abs(_shown(page) - display_levels(radiograph)).max() <= 1  # rounded otherwise at halves
        low, high = (float(radiograph.pixels.min()), float(radiograph.pixels.max()))
        windows = [
            first,
            [low, high],
            [low + 0.31 * (high - low), low + 0.32 * (high - low)],
            [low - 50, high + 9],
        ]
        for window in windows:
            page.evaluate("([low, high]) => desk.stage.setWindow(low, high)", window)
            assert np.array_equal(_shown(page), _windowed(radiograph, *window)), (name, window)
        page.keyboard.press("i")
        assert np.array_equal(_shown(page), _windowed(radiograph, *windows[-1], inverted=True))
        page.keyboard.press("i")
        page.keyboard.press("j")


def test_the_card_paints_what_the_processor_paints(open_desk, desk_report):
    page = open_desk(desk_report, viewport=SMALL)
    processor, exact = [], []
    places = [(1, 0, 0), (0.37, 20, 10), (2.5, -40, -30), (9, -300, -200)]
    show = "([zoom, x, y]) => Object.assign(desk.stage, { zoom, x, y, fitted: false }).drawNow()"
    for place in places:
        page.evaluate(show, list(place))
        processor.append(_grabbed(page))
    page.evaluate("desk.stage.usePainter('webgl', { evenSlow: true })")
    if page.evaluate("desk.stage.painter.constructor.name") != "CardPainter":
        pytest.skip("this browser has no WebGL 2 at all: NOT TESTED")
    for place, expected in zip(places, processor, strict=True):
        page.evaluate(show, list(place))
        card = _grabbed(page)
        assert np.abs(card - expected).max() <= 2, place  # single precision: a share of 1/256 to the side
        exact.append(np.array_equal(card, expected))
    assert exact[0]  # one to one nothing is blended
    assert np.ptp(processor[0]) == 255


def test_drag_and_keys_set_window_and_level(open_desk, desk_report):
    page = open_desk(desk_report, viewport=SMALL)
    window = "[desk.stage.window.low, desk.stage.window.high]"
    low, high = first = page.evaluate(window)
    box = page.locator("#stage").bounding_box()
    x, y = box["x"] + 300, box["y"] + 200

    def drag(button):
        page.mouse.move(x, y)
        page.mouse.down(button=button)
        page.mouse.move(x + 50, y - 25)
        page.mouse.up(button=button)

    place = page.evaluate("[desk.stage.x, desk.stage.y]")
    drag("right")
    width = (high - low) * np.exp(50 / 250)
    centre = (low + high) / 2 - 25 / 250 * (high - low)  # up is brighter: a lower centre
    assert page.evaluate(window) == pytest.approx([centre - width / 2, centre + width / 2])
    assert page.evaluate("[desk.stage.x, desk.stage.y]") == place
    page.keyboard.press("w")
    assert page.evaluate(window) == first
    page.keyboard.press("v")
    assert page.locator("#window").get_attribute("aria-pressed") == "true"
    drag("left")
    assert page.evaluate(window) == pytest.approx([centre - width / 2, centre + width / 2])
    page.locator("#reset").click()
    page.keyboard.press("v")
    drag("left")
    assert page.evaluate(window) == first
    assert page.evaluate("[desk.stage.x, desk.stage.y]") == pytest.approx([place[0] + 50, place[1] - 25])
    page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate("desk.stage.window.high - desk.stage.window.low") > high - low
    page.keyboard.press("w")
    page.keyboard.press("Shift+ArrowUp")
    assert page.evaluate(window)[0] < low
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.locator("html[data-shown='0']").wait_for()
    assert page.evaluate(window)[0] < low  # each image keeps its window


def test_the_readout_names_the_pixel_and_its_value_and_the_magnifier_shows_it(open_desk, desk_report):
    page = open_desk(desk_report, viewport=SMALL)
    images = list(_images().values())
    box = page.locator("#stage").bounding_box()
    row, column = 30, 77
    x, y = page.evaluate("([row, column]) => desk.stage.onScreen([[row, column]])[0]", [row, column])
    page.mouse.move(box["x"] + x, box["y"] + y)
    value = int(images[0].pixels[row, column])
    assert page.locator("#value-words").inner_text() == f"row {row}, column {column}: {value}"
    assert "full depth" in page.locator("#depth-words").inner_text()
    page.keyboard.press("m")
    assert page.locator("#lens").is_visible()
    middle = "desk.lens.canvas.getContext('2d').getImageData(110, 110, 1, 1).data[0]"
    window = page.evaluate("[desk.stage.window.low, desk.stage.window.high]")
    page.evaluate("desk.lens.draw()")
    assert page.evaluate(middle) == _windowed(images[0], *window)[row, column]
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    assert page.locator("#value-words").inner_text() == ""
    page.keyboard.press("m")
    assert page.locator("#lens").is_hidden()


def test_side_by_side_shows_the_same_place_twice_with_marks_in_one_alone(open_desk, make_findings, tmp_path):
    page = open_desk(
        write_results([image_result(make_findings(), "a.dcm")], tmp_path, Settings()), viewport=SMALL
    )
    page.keyboard.press("s")
    page.keyboard.press("+")
    page.evaluate("desk.stage.drawNow()")
    shown = _grabbed(page)
    half = page.evaluate("desk.stage.paneWidth")
    assert np.ptp(shown) > 200
    assert np.array_equal(shown[:, :half], shown[:, half : 2 * half])
    lines = page.locator("#lines").bounding_box()
    assert lines["x"] == pytest.approx(page.locator("#stage").bounding_box()["x"] + half, abs=1.5)
    assert page.locator("#lines .candidate").count() == 2
    assert page.evaluate("desk.overlayVisible")
    left = page.evaluate("desk.stage.onScreen([[30, 45]])[0]")
    box = page.locator("#stage").bounding_box()
    for offset in (0, half):  # the pointer means the same pixel in both
        page.mouse.move(box["x"] + left[0] + offset, box["y"] + left[1])
        assert page.locator("#value-words").inner_text().startswith("row 30, column 45: ")
        assert page.locator("#twin").is_visible()
    page.keyboard.press("s")
    assert not page.evaluate("desk.overlayVisible")


def test_a_reduced_image_says_so_and_still_has_its_window(open_desk, make_findings, tmp_path):
    result = replace(image_result(make_findings(candidates=0), "a.dcm"), packed_pixels=None)
    page = open_desk(write_results([result], tmp_path, Settings()), viewport=SMALL)
    assert "8 bits, reduced" in page.locator("#depth-words").inner_text()
    assert "1 radiograph is shown in 8 bits" in page.locator("#index-note").inner_text()
    assert page.evaluate("[desk.stage.window.low, desk.stage.window.high]") == [0, 255]
    page.evaluate(ONE_TO_ONE)
    assert np.ptp(_grabbed(page)) > 150
