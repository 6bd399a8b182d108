"""The report on paper: one PDF with a summary and a page for each radiograph with candidates."""

from .report_pdf import report_pdf

__all__ = ["report_pdf"]
