"""Render a document with typst from a matter's template: text, table, map and QR in one PDF, fonts embedded."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import segno
import typst

from ziyuan.workflow.errors import DocumentFault


def render(
    template: Path, data: dict[str, Any], *, qr: str = "", pictures: dict[str, str] | None = None
) -> bytes:
    """PDF bytes. The template reads `data.json`, `qr.svg` and the pictures (SVG text by file name) beside it.

    Raises DocumentFault with typst's own reason when the template does not compile.
    """
    with tempfile.TemporaryDirectory(prefix="ziyuan-document-") as name:
        folder = Path(name)
        shutil.copy(template, folder / "document.typ")
        (folder / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        if qr:
            segno.make(qr, error="m").save(str(folder / "qr.svg"), scale=4, border=1, kind="svg")
        for file, svg in (pictures or {}).items():
            (folder / file).write_text(svg, encoding="utf-8")
        try:
            return typst.compile(str(folder / "document.typ"), root=str(folder))
        except RuntimeError as error:
            raise DocumentFault(str(error).splitlines()[0]) from error
