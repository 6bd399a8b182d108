"""Formulas as MathML, which browsers draw themselves: no script, nothing fetched."""

import re
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the renderer to Sphinx under the name `mathml`."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(_drawn(node.astext()))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math">{_drawn(node.astext(), as_block=True)}</div>\n')
    raise nodes.SkipNode


def _drawn(tex: str, *, as_block: bool = False) -> str:
    """Return a formula as MathML; sizes of brackets, which it does not know, are left to the browser."""
    return str(tex2mathml(re.sub(r"\\(?:big|Big|bigg|Bigg)[lr]?(?![a-z])", "", tex), as_block=as_block))
