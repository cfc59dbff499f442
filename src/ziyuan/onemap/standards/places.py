"""Where the standards of the repository lie: `standards/<id>/<edition>/model.yaml`."""

from pathlib import Path

from ziyuan.onemap.standards.errors import StandardNotFound

ROOT = Path(__file__).resolve().parents[4] / "standards"


def names() -> list[str]:
    """`id@edition` of every standard of the repository."""
    return sorted(f"{p.parent.parent.name}@{p.parent.name}" for p in ROOT.glob("*/*/model.yaml"))


def full_name(name: str) -> str:
    """`id@edition` of a name (`id` alone, when it has one edition); StandardNotFound otherwise."""
    known = names()
    found = [n for n in known if n == name or n.split("@")[0] == name]
    if len(found) != 1:
        raise StandardNotFound(name, known)
    return found[0]


def model_file(name: str) -> Path:
    """The model file of `id@edition`."""
    return ROOT / full_name(name).replace("@", "/") / "model.yaml"
