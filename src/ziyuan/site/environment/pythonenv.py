"""The Python environment: made from the lock files, every package checked by its hash."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ziyuan.site.environment import place as places
from ziyuan.site.environment import say, users
from ziyuan.site.environment.errors import PythonUnusable
from ziyuan.site.environment.place import Place

MARK = "ziyuan.json"
REMEDY = "请检查网络和 pip 的软件源设置(pip config list),再重新运行。"


def ready(place: Place, kind: str) -> bool:
    """Does the environment hold exactly what the lock file of `kind` (runtime, dev) says?"""
    return place.python.exists() and _mark(place).get(kind) == lock_digest(place, kind)


def lock_digest(place: Place, kind: str) -> str:
    return hashlib.sha256((place.clone / "requirements" / f"{kind}.lock").read_bytes()).hexdigest()


def ensure(place: Place, kind: str) -> None:
    """Make or renew the environment. Raises StepFailed, PythonUnusable."""
    if ready(place, kind):
        return
    log = place.logs / "python.log"
    with say.step("准备 Python 环境") as progress:
        if not place.python.exists() or not _runs(place.python):
            shutil.rmtree(place.venv, ignore_errors=True)
            say.run(
                progress,
                [sys.executable, "-m", "venv", *_pip_option(), str(place.venv)],
                log,
                env=_clean(place),
            )
        lock = place.clone / "requirements" / f"{kind}.lock"
        options = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--progress-bar", "off"]
        argv = [*_pip(place), "install", *options, "-r", str(lock)]
        say.run(progress, argv, log, env=_clean(place), cwd=place.state, remedy=REMEDY)
    kinds = {"dev": ("dev", "runtime"), "runtime": ("runtime",)}[kind]
    mark = json.dumps({k: lock_digest(place, k) for k in kinds})
    places.keep(place.venv / MARK, mark, mode=0o644)


def run_inside(place: Place, arguments: list[str]) -> None:
    """Go on in the environment's Python with the same command; does not return."""
    argv = [str(place.python), "-m", "ziyuan.site.environment", *arguments]
    os.execve(argv[0], argv, {**os.environ, "PYTHONPATH": str(place.clone / "src")})  # noqa: S606


def inside(place: Place) -> bool:
    """Is this process the environment's own Python?"""
    return Path(sys.prefix).resolve() == place.venv.resolve()


def _mark(place: Place) -> dict[str, str]:
    path = place.venv / MARK
    return json.loads(path.read_text(encoding="ascii")) if path.is_file() else {}


def _runs(python: Path) -> bool:
    return subprocess.run([str(python), "-c", ""], check=False, stderr=subprocess.DEVNULL).returncode == 0


def _clean(place: Place) -> dict[str, str]:
    """The caller's environment (its package index), without what would bend another Python."""
    told = users.installer(place)
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV", "PIP_USER"):
        told.pop(name, None)
    return told


def _pip_option() -> list[str]:
    """Without ensurepip (Debian's python3-venv) a system pip can still fill the environment."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return ["--without-pip"]
    return []


def _pip(place: Place) -> list[str]:
    if (place.venv / "bin" / "pip").exists():
        return [str(place.python), "-m", "pip"]
    if subprocess.run(
        [sys.executable, "-m", "pip", "--version"], check=False, capture_output=True
    ).returncode:
        raise PythonUnusable(f"{sys.executable} 没有 venv(ensurepip)也没有 pip")
    return [sys.executable, "-m", "pip", "--python", str(place.python)]
