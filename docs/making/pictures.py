"""The pictures of the gallery: how all of them look, and how they are taken from the scripts."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst

# Okabe and Ito: told apart by colour-blind readers too.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"


def shared_look(gallery_conf: object, fname: str, when: str = "before") -> None:
    """Set fonts, lines and colours before each script of the gallery."""
    mpl.rcParams.update(
        {
            "axes.prop_cycle": mpl.cycler(color=[BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY]),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": 11,
            "axes.labelsize": 10,
            "figure.dpi": 110,
            "figure.constrained_layout.use": True,
            "font.size": 10,
            "image.cmap": "gray",
            "legend.frameon": False,
            "savefig.dpi": 150,
        }
    )


def every_figure(block: object, block_vars: Mapping[str, Any], gallery_conf: Mapping[str, Any]) -> str:
    """Save the figures that a block made, those of pyplot and those that a function returned.

    Parameters
    ----------
    block : tuple
        Of the script; not looked at.
    block_vars : mapping
        Of sphinx-gallery: the script's names, and where pictures go.
    gallery_conf : mapping
        Of sphinx-gallery.

    Returns
    -------
    str
        The pictures as reStructuredText.
    """
    named = [one for one in block_vars["example_globals"].values() if isinstance(one, Figure)]
    figures = dict.fromkeys([*(plt.figure(number) for number in plt.get_fignums()), *named])
    saved = []
    for figure in figures:
        if not hasattr(figure, "in_gallery"):
            figure.in_gallery = True  # once: a name may stand for it in a later block too
            saved.append(next(block_vars["image_path_iterator"]))
            figure.savefig(saved[-1], dpi=mpl.rcParams["savefig.dpi"])
    plt.close("all")
    return str(figure_rst(saved, gallery_conf["src_dir"], alt(block_vars)))


def alt(block_vars: Mapping[str, Any]) -> str:
    """Return the title of a script, as words in the place of its pictures."""
    opening = ast.get_docstring(ast.parse(Path(block_vars["src_file"]).read_text(encoding="utf-8")))
    return (opening or "").partition("\n")[0]
