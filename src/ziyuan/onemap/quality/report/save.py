"""Write a report in the form its file name asks for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.errors import ReportFormUnknown
from ziyuan.onemap.quality.report.entries import Entry
from ziyuan.onemap.quality.report.error_layer import error_layer
from ziyuan.onemap.quality.report.facts import Facts
from ziyuan.onemap.quality.report.html import html
from ziyuan.onemap.quality.report.pdf import pdf
from ziyuan.onemap.quality.report.table import csv_text, geojson_text
from ziyuan.onemap.standards.model import Model

FORMS = (".html", ".pdf", ".gpkg", ".csv", ".geojson")


def require_form(path: Path) -> None:
    """Raise ReportFormUnknown for a file name whose ending is none of `FORMS`."""
    if path.suffix.lower() not in FORMS:
        raise ReportFormUnknown(path.name, FORMS)


def save(path: Path, entries: Sequence[Entry], facts: Facts, *, epsg: int, layers: Mapping[str, LayerTable] | None = None,
         models: Sequence[Model] = ()) -> None:  # fmt: skip
    """Write `path`: .html, .pdf, .gpkg, .csv or .geojson; shapes of the entries are in `epsg`."""
    require_form(path)
    form = path.suffix.lower()
    if form == ".gpkg":
        error_layer(entries, path, epsg=epsg, facts=facts)
    elif form == ".pdf":
        path.write_bytes(pdf(entries, facts))
    elif form == ".html":
        path.write_text(html(entries, facts, layers=layers, models=models), encoding="utf-8")
    elif form == ".csv":
        path.write_text(csv_text(entries), encoding="utf-8", newline="")
    else:
        path.write_text(geojson_text(entries, epsg=epsg), encoding="utf-8")
