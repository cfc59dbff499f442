"""What goes back to the desktop: error layer (错误图层, GeoPackage), table, GeoJSON, and the report as HTML and PDF."""

from ziyuan.onemap.quality.report.entries import Entry, entries_of
from ziyuan.onemap.quality.report.error_layer import error_layer
from ziyuan.onemap.quality.report.facts import (
    ExceptionLine,
    Facts,
    RuleLine,
    facts_of,
    standards_of,
    tolerances_of,
)
from ziyuan.onemap.quality.report.html import html
from ziyuan.onemap.quality.report.pdf import pdf
from ziyuan.onemap.quality.report.save import FORMS, require_form, save
from ziyuan.onemap.quality.report.table import csv_text, geojson_text

__all__ = [
    "FORMS", "Entry", "ExceptionLine", "Facts", "RuleLine", "csv_text", "entries_of", "error_layer", "facts_of",
    "geojson_text", "html", "pdf", "require_form", "save", "standards_of", "tolerances_of",
]  # fmt: skip
