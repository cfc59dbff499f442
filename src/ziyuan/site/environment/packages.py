"""System packages: what is missing, judged by the thing itself, and its installation by apt."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ziyuan.site.environment import postgres, say
from ziyuan.site.environment.errors import PackagesMissing, SystemUnknown
from ziyuan.site.environment.place import Place

# (system, version) → its PostgreSQL; only Debian 12 has been tried.
POSTGRES_OF_SYSTEM = {("debian", "12"): 15, ("debian", "13"): 17, ("ubuntu", "24.04"): 16}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts")


def _fonts_present() -> bool:
    return any(
        found
        for folder in FONT_FOLDERS
        for found in Path(folder).expanduser().rglob("Noto*CJK*")
        if found.is_file()
    )


def _venv_present() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


def _command(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


def _library(name: str) -> Callable[[], bool]:
    def present() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return present


def wanted(*, database: bool, tests: bool) -> dict[str, Callable[[], bool]]:
    """Package → is what it brings already here? Without its own cluster a node needs no PostgreSQL."""
    version = POSTGRES_OF_SYSTEM.get(system(), 15)
    needs: dict[str, Callable[[], bool]] = {"python3-venv": _venv_present, "fonts-noto-cjk": _fonts_present}
    if database:
        needs[f"postgresql-{version}"] = lambda: postgres.programs() is not None
        needs[f"postgresql-{version}-postgis-3"] = postgres.postgis_present
    if tests:
        needs |= {
            "chromium": _command("chromium"),
            "poppler-utils": _command("pdftoppm"),
            "procps": _command("ps"),
            "libatomic1": _library("libatomic.so.1"),  # the browser driver's own Node wants it
        }
    return needs


def system() -> tuple[str, str]:
    """(id, version) from os-release, as ("debian", "12")."""
    path = Path("/etc/os-release")
    if not path.is_file():
        return sys.platform, ""
    pairs = (line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)
    told = {key: value.strip('"') for key, value in pairs}
    return told.get("ID", "linux"), told.get("VERSION_ID", "")


def ensure(place: Place, *, database: bool, tests: bool) -> None:
    """Install what is missing. Raises PackagesMissing, SystemUnknown, StepFailed."""
    missing = [name for name, present in wanted(database=database, tests=tests).items() if not present()]
    if not missing:
        return
    if missing == ["fonts-noto-cjk"] and not place.by_root:
        say.warn("没有找到中文字体(fonts-noto-cjk),PDF 中的汉字可能显示不全。")
        return
    if shutil.which("apt-get") is None or system() not in POSTGRES_OF_SYSTEM:
        raise SystemUnknown(" ".join(system()), missing)
    if not place.by_root and not _sudo_works():
        raise PackagesMissing(missing)
    _install(place, missing)


def _sudo_works() -> bool:
    """Can this user become root? A password is asked for only where somebody can type it."""
    if shutil.which("sudo") is None:
        return False
    say.note("需要用 sudo 安装系统软件包。")
    ask = [] if sys.stdin.isatty() else ["-n"]
    return subprocess.run(["sudo", *ask, "true"], stderr=subprocess.DEVNULL).returncode == 0


def _install(place: Place, names: list[str]) -> None:
    front = [] if place.by_root else ["sudo", "--preserve-env=DEBIAN_FRONTEND"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = place.logs / "packages.log"
    remedy = "请检查网络和 /etc/apt 中的软件源设置,再重新运行。"
    with say.step("更新软件包列表") as progress:
        say.run(progress, [*front, "apt-get", "update"], log, env=env, remedy=remedy)
    with say.step(f"安装系统软件包 {'、'.join(names)}") as progress:
        install = [*front, "apt-get", "install", "-y", "--no-install-recommends", *names]
        say.run(progress, install, log, env=env, remedy=remedy)
