"""How the documentation site is built: `make docs`, without a network, into build/docs."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from making.api_pages import write_api_pages
from making.command_pages import write_command_pages
from making.notebook_pages import write_notebook_pages
from making.pictures import every_figure, shared_look
from making.settings_page import write_settings_page
from sphinx_gallery.sorting import FileNameSortKey

from microcal_xray.version import __version__

# Threads change no number here, and a page that is built on a shared machine should take one core.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

GENERATED = HERE / "generated"  # not kept: written anew from the parsers, the docstrings and the notebooks
write_api_pages(GENERATED / "api")
write_command_pages(GENERATED / "commands")
write_notebook_pages(HERE.parent / "notebooks", GENERATED / "notebooks")
write_settings_page(GENERATED / "settings.md")

project = "microcal_xray"
author = "The microcal_xray developers"
copyright = "The microcal_xray developers, BSD-3-Clause"
version = release = __version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "making.mathml",
    "making.places",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["making", "gallery", "generated/gallery/**/*.ipynb"]
nitpicky = True
default_role = "literal"  # of single backquotes in docstrings

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4

autodoc_typehints = "none"  # types stand in the docstrings, with shapes and units
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
add_module_names = False
python_use_unqualified_type_names = True

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

sphinx_gallery_conf = {
    "examples_dirs": ["gallery"],
    "gallery_dirs": ["generated/gallery"],
    "within_subsection_order": FileNameSortKey,
    "reset_modules": ("matplotlib", shared_look),
    "reset_modules_order": "both",
    "image_scrapers": (every_figure,),
    "matplotlib_animations": False,
    "show_memory": False,
    "write_computation_times": False,  # that page loads a script from elsewhere
    "capture_repr": (),
    "min_reported_time": 1000,
    "download_all_examples": False,
    "show_signature": False,
    "remove_config_comments": True,
    "thumbnail_size": (480, 360),
    "abort_on_example_error": False,
    "nested_sections": False,
    "plot_gallery": "True",
}

html_math_renderer = "mathml"
html_theme = "furo"
html_title = "microcal_xray"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "footer_icons": [],
    "light_css_variables": {
        "color-brand-primary": "#0b5c8a",
        "color-brand-content": "#0b5c8a",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6cc4f0",
        "color-brand-content": "#6cc4f0",
    },
}
# Sphinx pickles its configuration; a function in it is no reason to worry.
suppress_warnings = ["config.cache"]
