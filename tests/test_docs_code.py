"""The code on the pages runs, page by page, as a reader would type it beside `sample_data/`."""

import doctest
import importlib
import io
import re
import shlex
import shutil
from contextlib import redirect_stdout
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from pages import DOCS, ROOT, Block, blocks, pages

front = importlib.import_module("microcal_xray.cli.main")  # the package has a function of that name
RUN = ("python", "console")
_SAMPLE = ("tibia_fissure.dcm", "femur_plain.dcm", "truth.json", "README.md")  # enough for every page
_CONSOLE = re.compile(r"^\$ (microcal [^\n]*)\n((?:(?!\$ )[^\n]*\n)*)", re.MULTILINE)

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*interactive.*:UserWarning")]


def is_run(block: Block) -> bool:
    """Say whether a block is run here; a session with prompts is a doctest, which other tests run."""
    return block.language in RUN and not block.reason and not block.code.lstrip().startswith(">>>")


def coded() -> list[Path]:
    """Return the pages with code that runs."""
    return [page for page in pages() if any(is_run(block) for block in blocks(page))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Return a folder with the sample and its report; the pages work in it one after the other."""
    made: Path = tmp_path_factory.mktemp("pages")
    (made / "sample_data").mkdir()
    for name in _SAMPLE:
        shutil.copy(ROOT / "sample_data" / name, made / "sample_data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        status, _ = commanded("microcal analyze sample_data --out report")
    assert status == 0
    shutil.copytree(made / "report", made / "rapport")
    return made


@pytest.fixture
def here(folder, monkeypatch) -> Path:
    """Return that folder, as the current one."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(mpl, "rcParams", mpl.rcParams.copy())
    return folder


def commanded(line: str) -> tuple[int, str]:
    """Run a `microcal` command in this process; return its status and what it said."""
    said = io.StringIO()
    with redirect_stdout(said):
        status = front.main(shlex.split(line, comments=True)[1:])
    return status, said.getvalue()


def run_console(block: Block) -> None:
    """Run the commands of a block and compare what they print with what stands below."""
    for command, shown in _CONSOLE.findall(block.code):
        status, said = commanded(command)
        assert status == 0, f"{command}\n{said}"
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        assert doctest.OutputChecker().check_output(shown, said, flags), f"{command}\n{said}"


def prepared(page: Path, folder: Path) -> dict[str, object]:
    """Lay out the files that a page takes for given, and return the names that it does."""
    preparation = PREPARED.get(page.relative_to(ROOT).as_posix())
    return preparation(folder) if preparation else {}


@pytest.mark.parametrize("page", coded(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_code_of_a_page_runs(page, here):
    names = prepared(page, here)
    for block in blocks(page):
        if not is_run(block):
            continue
        if block.language == "python":
            # Line numbers are those of the page.
            code = compile("\n" * (block.line - 1) + block.code, str(page), "exec")
            with redirect_stdout(io.StringIO()):
                exec(code, names)
        elif block.language == "console":
            run_console(block)


def test_every_page_with_code_is_run():
    names = {page.relative_to(DOCS).as_posix() for page in coded() if page.is_relative_to(DOCS)}
    assert {"quickstart.md", "demarrage.md", "tutorials/one_radiograph.md", "howto/own_filter.md"} <= names
    assert set(PREPARED) <= {page.relative_to(ROOT).as_posix() for page in coded()}


def test_a_wrong_output_is_noticed(here):
    run_console(Block("console", "$ microcal settings\n{...}\n", 1, None))
    with pytest.raises(AssertionError):
        run_console(Block("console", "$ microcal settings\nnothing of the sort\n", 1, None))
    with pytest.raises(AssertionError):
        run_console(Block("console", "$ microcal info absent.dcm\n", 1, None))


def test_code_that_is_not_run_says_why():
    for page in pages():
        for block in blocks(page):
            assert block.reason is None or len(block.reason) > 10


def small_limb(**options):
    """Return a simulated lower leg that is searched in a moment."""
    from microcal_xray.simulation import Anatomy, Detector, simulate_limb

    return simulate_limb(
        anatomy=Anatomy.TIBIA, detector=Detector(220, 140, 0.4), centre_mm=(0, -75), **options
    )


def with_tibia(folder: Path) -> dict[str, object]:
    from microcal_xray.simulation import write_dicom

    write_dicom(small_limb(seed=1, lines=[]), folder / "tibia.dcm")
    return {}


def with_leg(folder: Path) -> dict[str, object]:
    shutil.copy(ROOT / "sample_data" / "tibia_fissure.dcm", folder / "leg.dcm")
    return {}


def with_pair(folder: Path) -> dict[str, object]:
    from microcal_xray.simulation import Course, Fissure, write_dicom

    lines = [Fissure(Course(from_end_mm=80), width_mm=0.4)]
    made = [small_limb(seed=2, lines=lines, visit=visit) for visit in (0, 1)]
    for name, limb in zip(("march.dcm", "june.dcm"), made, strict=True):
        write_dicom(limb, folder / name)
    return {"radiographs": [made[0].radiograph, made[1].radiograph, made[1].radiograph]}


def with_scan(folder: Path) -> dict[str, object]:
    pixels = small_limb(seed=1, lines=[]).radiograph.pixels
    grey = np.interp(pixels, (pixels.min(), pixels.max()), (0, 255)).astype(np.uint8)
    Image.fromarray(grey).save(folder / "scan.png")
    return {}


def with_study(folder: Path) -> dict[str, object]:
    from microcal_xray.mri.simulated import Leg, Oedema, simulate_mr
    from microcal_xray.mri.simulated_dicom import write_classic

    for name in ("t1", "stir"):
        (folder / "study" / name).mkdir(parents=True, exist_ok=True)
    pair = simulate_mr(Leg(seed=21, oedema=Oedema(from_joint_mm=90, length_mm=40, across_mm=15)))
    write_classic(pair.t1, folder / "study" / "t1", series=1)
    write_classic(pair.stir, folder / "study" / "stir", series=2)
    return {}


def with_lists(folder: Path) -> dict[str, object]:
    for name in ("out/candidates.json", "a.json", "b.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(folder / "report" / "candidates.json", folder / name)
    shutil.copy(ROOT / "sample_data" / "truth.json", folder)
    return {"load": lambda file: None}


def with_tables(folder: Path) -> dict[str, object]:
    shutil.copytree(folder / "report", folder / "OUT", dirs_exist_ok=True)
    status, _ = commanded("microcal analyze sample_data --out report --format parquet")
    assert status == 0
    return {}


PREPARED = {
    "docs/limits.md": with_tibia,
    "docs/dicom.md": with_leg,
    "docs/compare.md": with_pair,
    "docs/howto/prior.md": with_pair,
    "docs/howto/no_spacing.md": with_scan,
    "docs/mri.md": with_study,
    "docs/howto/mri.md": with_study,
    "docs/evaluation.md": with_lists,
    "docs/output.md": with_tables,
}
