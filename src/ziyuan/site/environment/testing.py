"""`./ziyuan test`: a database of its own, the workbench, then pytest as the service user."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ziyuan.site.environment import cluster as clusters
from ziyuan.site.environment import mirror, prepare, say, supervisor, users, workbench
from ziyuan.site.environment import place as places
from ziyuan.site.environment.cluster import SUPERUSER, Cluster
from ziyuan.site.environment.errors import StepFailed
from ziyuan.site.environment.place import Place

START_SECONDS = 60.0
MOST_PROCESSES = 4
# ZIYUAN_KILLS, ZIYUAN_SEED: how often and in which order the campaign of kills strikes.
# ZIYUAN_DELIVERIES, ZIYUAN_HUGE_MB: how many deliveries come at once, and how big the big one is.
PASSED_ON = ("CI", "TERM", "ZIYUAN_KILLS", "ZIYUAN_SEED", "ZIYUAN_DELIVERIES", "ZIYUAN_HUGE_MB")


def test(place: Place, arguments: list[str]) -> int:
    """Run the tests; with arguments for pytest only those, without also the workbench's own."""
    place = place.for_tests()
    folder = place.state / "test"
    for path in (folder, folder / "tmp"):
        places.folder(path, user=place.service_user)
    with prepare.locked(place):
        mirror.refresh(place)
        workbench.ensure(place)
        if not arguments and (place.clone / "web" / "package.json").is_file():
            workbench.unit_tests(place)
    with _cluster(place) as cluster:
        told = {"host": str(cluster.socket), "port": cluster.port, "superuser": SUPERUSER}
        places.keep(folder / "cluster.json", json.dumps(told), user=place.service_user, mode=0o644)
        return _pytest(place, folder, arguments)


@contextmanager
def _cluster(place: Place) -> Iterator[Cluster]:
    """A fresh cluster for this run, not durable; one that another run has started is shared."""
    cluster = clusters.for_tests(place)
    if cluster.folder.exists() and clusters.answers(cluster):
        yield cluster
        return
    shutil.rmtree(cluster.folder, ignore_errors=True)
    log = place.logs / "test-database.log"
    clusters.ensure(cluster, log)
    with log.open("ab") as out:
        server = subprocess.Popen(
            cluster.command(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=clusters.surroundings(place),
            start_new_session=True,
            preexec_fn=supervisor.die_with_parent(supervisor.FAST_SHUTDOWN),
            **say.as_user(cluster.user),
        )
    try:
        _wait(cluster, log)
        yield cluster
    finally:
        server.send_signal(supervisor.FAST_SHUTDOWN)
        server.wait()


def _wait(cluster: Cluster, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not clusters.answers(cluster):
        if time.monotonic() > end:
            raise StepFailed("启动测试数据库", log, say.tail(log))
        time.sleep(0.1)


def _pytest(place: Place, folder: Path, arguments: list[str]) -> int:
    """pytest in the copy the service user can read; its closing line is the last thing printed."""
    env = users.surroundings(
        place,
        TMPDIR=str(folder / "tmp"),
        HYPOTHESIS_STORAGE_DIRECTORY=str(folder / "tmp" / "hypothesis"),
        PYTHONDONTWRITEBYTECODE="1",
        ZIYUAN_TEST_CLUSTER=str(folder / "cluster.json"),
        ZIYUAN_SHARED=str(_shared(place)),
        ZIYUAN_VENV=str(place.venv),
        ZIYUAN_AXE=str(place.build / "web" / "node_modules" / "axe-core" / "axe.min.js"),
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
    )
    pictures = folder / "pictures"
    if os.environ.get("ZIYUAN_PICTURES"):
        shutil.rmtree(pictures, ignore_errors=True)
        env["ZIYUAN_PICTURES"] = str(places.folder(pictures, user=place.service_user))
    del env["DJANGO_SETTINGS_MODULE"]
    argv = [str(place.python), "-m", "pytest", *(arguments or _side_by_side())]
    child = subprocess.Popen(argv, env=env, cwd=place.app, **say.as_user(place.service_user))
    while True:
        try:
            ended = child.wait()
            break
        except KeyboardInterrupt:
            continue
    (place.clone / "docs" / "pictures").mkdir(exist_ok=True)
    for picture in sorted(pictures.glob("*.png")) if "ZIYUAN_PICTURES" in env else ():
        shutil.copyfile(picture, place.clone / "docs" / "pictures" / picture.name)
    return ended


def _side_by_side() -> list[str]:
    """The whole run in several processes, each with a database of its own; tests/conftest.py says what stays together.

    One more than there are processors: a story mostly waits for its nodes.
    """
    return ["-n", str(min((os.cpu_count() or 1) + 1, MOST_PROCESSES)), "--dist", "loadscope", "--no-loadscope-reorder"]


def _shared(place: Place) -> Path:
    """Real files kept beside the clone; linked into the state where the service user cannot reach them."""
    given = Path(os.environ.get("ZIYUAN_SHARED") or place.clone.parent / "shared")
    if place.service_user is None or not given.is_dir():
        return given
    reach = ["find", str(given), "-maxdepth", "1", "-name", "data", "-readable"]
    seen = subprocess.run(reach, capture_output=True, check=False, **say.as_user(place.service_user))
    if seen.returncode == 0 and seen.stdout:
        return given
    linked = place.state / "test" / "shared"
    shutil.rmtree(linked, ignore_errors=True)
    with say.step("备好 shared/ 中的真实数据"):
        shutil.copytree(given, linked, copy_function=_link)
        for folder, _folders, _names in os.walk(linked):
            Path(folder).chmod(0o755)
    return linked


def _link(source: str, target: str) -> str:
    """A hard link where the file is readable by all and on the same disk, otherwise a copy."""
    try:
        if not os.stat(source).st_mode & 0o004:
            raise PermissionError(source)
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        os.chmod(target, 0o644)
    return target
