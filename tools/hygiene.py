"""What must not stand in the tree: registry hosts, paths of one machine, banned cipher libraries.

Reads every text file of the project. Prints each place; exit code 1 when there is any.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SKIPPED = {
    ".git",
    ".venv",
    ".ziyuan",
    "node_modules",
    "__pycache__",
    "dist",
    ".mypy_cache",
    ".ruff_cache",
} | {
    ".hypothesis",
    ".pytest_cache",
    ".import_linter_cache",
}
TEXT = {
    ".py",
    ".sh",
    ".md",
    ".in",
    ".lock",
    ".json",
    ".yaml",
    ".yml",
    ".toml",
    ".ts",
    ".vue",
    ".html",
    ".css",
    ".txt",
}
HOSTS = re.compile(r"(pypi|npmjs|npmmirror|pythonhosted|debian|yarnpkg)\.(org|com)|deb\.debian|files\.python")
MACHINE = re.compile(r"(^|[^A-Za-z0-9._/-])/(?:w" + r"ork|f" + r"arm|ro" + r"ot)/")
# Why each is banned: trust.md §3 (predictable nonce, stale C code, unproven).
BANNED = {"gmssl", "pysmx", "tongsuopy", "easy_gmssl", "snowland_smx", "sm_crypto", "gmssl_python", "pygmssl"}
IMPORT = re.compile(r"^\s*(?:from|import)\s+([\w]+)")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==")


def files() -> Iterator[Path]:
    """Every text file of the project."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED]
        for name in names:
            if Path(name).suffix in TEXT or name in ("ziyuan", "run"):
                yield Path(folder) / name


def faults(path: Path) -> Iterator[str]:
    """One line per forbidden thing in a file."""
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        where = f"{path.relative_to(ROOT)}:{number}"
        if HOSTS.search(line):
            yield f"{where}: 写有软件源地址"
        if MACHINE.search(line):
            yield f"{where}: 写有某台机器的路径"
        if path.suffix == ".json" and path.name == "package-lock.json" and '"resolved"' in line:
            yield f"{where}: 锁文件写有下载地址"
        if (name := _library(path, line)) in BANNED:
            yield f"{where}: 禁用的密码库 {name}"


def _library(path: Path, line: str) -> str:
    pattern = {".py": IMPORT, ".lock": PINNED, ".in": PINNED}.get(path.suffix)
    found = pattern.match(line) if pattern else None
    return found[1].lower().replace("-", "_") if found else ""


if __name__ == "__main__":
    found = [line for path in sorted(files()) for line in faults(path)]
    print("\n".join(found))
    sys.exit(1 if found else 0)
