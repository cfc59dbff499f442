"""`./ziyuan up`: from nothing to two running nodes with the sample province."""

import argparse
import hashlib
import json
import os
import pwd
import signal
import time
import urllib.error
import urllib.request

from ziyuan.site.environment import (
    cluster as clusters,
)
from ziyuan.site.environment import (
    databases,
    mirror,
    nodes,
    prepare,
    processes,
    say,
    users,
    workbench,
)
from ziyuan.site.environment import place as places
from ziyuan.site.environment import settings as choices
from ziyuan.site.environment.cluster import Cluster
from ziyuan.site.environment.databases import Server
from ziyuan.site.environment.errors import NotHealthy, StepFailed
from ziyuan.site.environment.place import Place
from ziyuan.site.environment.settings import NODES, Settings
from ziyuan.site.environment.welcome import welcome

HEALTHY_SECONDS = 180.0
DATABASE_SECONDS = 60.0


def up(place: Place, options: argparse.Namespace) -> None:
    """Bring the installation up; return when healthy (`-d`) or when stopped by Ctrl-C."""
    settings = choices.chosen(place, options)
    with prepare.locked(place):
        mirror.refresh(place)
        version = code_digest(place)
        if not _already_up(place, settings, version):
            _start(place, settings, version)
            choices.save(place, settings)
        _load_sample(place)
    print(welcome(settings, nodes.accounts(place)), flush=True)
    if not options.detach:
        _stay(place)


def _already_up(place: Place, settings: Settings, version: str) -> bool:
    """Running with the same code and choices? Otherwise what runs is stopped first."""
    if processes.state(place, processes.SERVICES) is None:
        return False
    if settings == choices.saved(place) and _provisioned(place) == version:
        wait_healthy(place, settings)
        return True
    with say.step("停止旧的进程"):
        processes.stop(place, processes.SERVICES)
    return False


def _start(place: Place, settings: Settings, version: str) -> None:
    choices.require_free(settings)
    server = _database(place, settings)
    workbench.ensure(place)
    with say.step("准备数据库、账号和节点文件"):
        databases.ensure_all(server, {name: nodes.passwords(place, name) for name in NODES})
        nodes.ensure(place, settings, server)
    if _provisioned(place) != version:
        for name in NODES:
            _provision(place, name)
        places.keep(place.state / "provisioned", version)
    processes.start(place, processes.SERVICES, processes.service_group(place), place.service_user)
    wait_healthy(place, settings)


def _database(place: Place, settings: Settings) -> Server:
    """The server to use: our own cluster, started, or the one named by the person."""
    if settings.database_url:
        server = Server.at(settings.database_url)
        databases.require_rights(server, list(NODES))
        return server
    cluster = clusters.private(place, settings.port_database or None)
    start_cluster(place, cluster)
    return Server.of(cluster)


def start_cluster(place: Place, cluster: Cluster) -> None:
    """Start the private cluster unless it runs; wait until it answers."""
    log = place.logs / "database" / "database.log"
    if processes.state(place, processes.DATABASE) is not None and clusters.answers(cluster):
        return
    processes.stop(place, processes.DATABASE)
    clusters.ensure(cluster, place.logs / "initdb.log")
    with say.step("启动数据库") as progress:
        group = processes.database_group(place, cluster)
        processes.start(place, processes.DATABASE, group, place.database_user)
        end = time.monotonic() + DATABASE_SECONDS
        while not clusters.answers(cluster):
            if time.monotonic() > end:
                raise StepFailed(progress.title, log, say.tail(log) if log.exists() else "")
            time.sleep(0.1)


def _provision(place: Place, name: str) -> None:
    """Tables, standards, rights, regions and sample accounts of one node, as its database's owner."""
    owner = nodes.owner_file(place, name)
    try:
        with say.step(f"建表与套用数据标准({name})") as progress:
            env = users.surroundings(place, ZIYUAN_NODE=str(place.node_file(name)), ZIYUAN_OWNER=str(owner))
            argv = [str(place.python), "-m", "ziyuan.site.manage", "provision"]
            log = place.logs / f"provision-{name}.log"
            say.run(progress, argv, log, user=place.service_user, env=env, cwd=place.app)
    finally:
        owner.unlink(missing_ok=True)


def _load_sample(place: Place) -> None:
    """Deliver the sample province once, through the inner node's own door."""
    done = place.state / "sample-loaded"
    if done.exists():
        return
    with say.step("装载示例省:三个县汇交、质检、验收") as progress:
        env = users.surroundings(place, ZIYUAN_NODE=str(place.node_file("inner")))
        argv = [str(place.python), "-m", "ziyuan.site.manage", "load-sample"]
        say.run(progress, argv, place.logs / "sample.log", user=place.service_user, env=env, cwd=place.app)
    places.keep(done, time.strftime("%F %T\n"))


def code_digest(place: Place) -> str:
    """One digest over the code and standards that decide what a database must look like."""
    total = hashlib.sha256()
    for part in ("src", "standards", "examples"):
        for name in sorted(mirror.files(place.app / part)):
            content = hashlib.sha256((place.app / part / name).read_bytes()).hexdigest()
            total.update(f"{part}/{name}\0{content}\n".encode())
    return total.hexdigest()


def _provisioned(place: Place) -> str:
    path = place.state / "provisioned"
    return path.read_text(encoding="ascii") if path.is_file() else ""


def wait_healthy(place: Place, settings: Settings) -> None:
    """Wait for each node's /api/health. Raises NotHealthy."""
    with say.step("等待节点就绪") as progress:
        for name in NODES:
            end, answer = time.monotonic() + HEALTHY_SECONDS, ""
            while (answer := health(settings.url(name))) != "":
                progress.note = f"{name}: {answer}"
                if time.monotonic() > end:
                    raise NotHealthy(
                        name, HEALTHY_SECONDS, answer, place.logs / processes.SERVICES / f"{name}-web.log"
                    )
                time.sleep(0.3)


def health(url: str) -> str:
    """Empty when the node is well, otherwise what is wrong."""
    try:
        with urllib.request.urlopen(f"{url}/api/health", timeout=5) as response:  # noqa: S310
            told = json.loads(response.read())
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code} {error.read()[:200].decode('utf-8', 'replace')}"
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))
    bad = [f"{c['name']}:{c['detail']}" for c in told.get("checks", []) if not c["ok"]]
    return ";".join(bad)


def _stay(place: Place) -> None:
    """Wait for Ctrl-C as an ordinary user, then stop everything."""
    if place.service_user:
        entry = pwd.getpwnam(place.service_user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    print("按 Ctrl-C 停止。", flush=True)
    try:
        while processes.state(place, processes.SERVICES) is not None:
            time.sleep(1)
        say.note("进程已被停止。")
    except KeyboardInterrupt:
        print(flush=True)
        stop_all(place)


def stop_all(place: Place) -> bool:
    """Stop services, then the cluster; False when nothing ran."""
    ran = False
    for group, title in ((processes.SERVICES, "停止节点进程"), (processes.DATABASE, "停止数据库")):
        if processes.state(place, group) is not None:
            with say.step(title):
                ran |= processes.stop(place, group)
    return ran
