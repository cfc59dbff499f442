"""A pack as an installed distribution, as a city's would be: a folder with an entry point, to be put on Python's path."""

from collections.abc import Mapping
from pathlib import Path


def install(folder: Path, name: str, files: Mapping[str, str]) -> Path:
    """Write pack `name` with these texts (by path) and its entry point into `folder`; the folder."""
    for path, text in {"__init__.py": "", **files}.items():
        target = folder / name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    told = folder / f"{name}-1.dist-info"
    told.mkdir(exist_ok=True)
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n", encoding="utf-8")
    (told / "entry_points.txt").write_text(f"[ziyuan.packs]\n{name} = {name}\n", encoding="utf-8")
    return folder
