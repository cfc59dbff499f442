"""The files a node gives out: the workbench's parts inside; outside only the script of the drawing page and what it loads.

The workbench's page itself is no file: inside it is answered by its view, outside there is none.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware

from ziyuan.kernel import service as kernel

DRAWING = "src/public/draw.ts"


class NodeFiles(WhiteNoiseMiddleware):
    """WhiteNoise with the built files of this node's zone at `/assets/`."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        built = settings.ROOT / "web" / "dist"
        for path in offered(built, inner=kernel.node().is_inner):
            self.add_file_to_dictionary(f"/{path.relative_to(built)}", str(path))


def offered(built: Path, *, inner: bool) -> list[Path]:
    """The built files that a zone gives out; none before the build."""
    found = sorted(p for p in (built / "assets").glob("*") if p.is_file())
    if inner or not found:
        return found
    manifest = json.loads((built / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    wanted = _with_imports(manifest, DRAWING, set())
    return [p for p in found if f"assets/{p.name}" in wanted]


def _with_imports(manifest: dict[str, Any], entry: str, seen: set[str]) -> set[str]:
    """The files of an entry of the build and of everything it imports."""
    told = manifest.get(entry)
    if told is None or entry in seen:
        return set()
    seen.add(entry)
    files = {told["file"], *told.get("css", ()), *told.get("assets", ())}
    for other in (*told.get("imports", ()), *told.get("dynamicImports", ())):
        files |= _with_imports(manifest, other, seen)
    return files
