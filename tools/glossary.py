"""Every public noun of the code stands in docs/glossary.md: components, rooms, roles, event subjects, layers.

Prints the missing ones; exit code 1 when there are any.
"""

import sys

from tools.reference.common import ROOT, SOURCE
from tools.reference.events import announced
from tools.reference.roles import titles

# Folders that hold code for its own sake, not a word of the trade.
QUIET = {"migrations", "templates", "templatetags", "static", "data", "settings", "environment", "builtins", "regex",
         "fixtures", "report", "__pycache__", "api", "widgets", "boundary_txt"}  # fmt: skip


def nouns() -> set[str]:
    """Identifiers that others meet."""
    rooms = {p.name for p in (*SOURCE.glob("*/"), *SOURCE.glob("*/*/")) if (p / "__init__.py").is_file()}
    layers = {p.name for p in ROOT.glob("standards/*/") if any(p.glob("*/model.yaml"))}
    return (rooms - QUIET) | layers | titles().keys() | {name.split(".")[0] for name in announced() if "〈" not in name}


def missing() -> list[str]:
    """Nouns that the glossary does not hold as an identifier."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    return sorted(noun for noun in nouns() if f"`{noun}`" not in text)


if __name__ == "__main__":
    found = missing()
    print("\n".join(f"词汇表 docs/glossary.md 缺 `{noun}`" for noun in found))
    sys.exit(1 if found else 0)
