"""The private PostgreSQL cluster: made once, durable, reached through a socket in the state folder."""

import hashlib
import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ziyuan.site.environment import place as places
from ziyuan.site.environment import postgres, say, users
from ziyuan.site.environment.errors import PackagesMissing
from ziyuan.site.environment.place import Place

PORT = 5432
SUPERUSER = "postgres"
LONGEST_SOCKET = 100


@dataclass(frozen=True)
class Cluster:
    """A cluster of our own. `user`: the system user it runs as (None: the caller)."""

    folder: Path
    socket: Path
    user: str | None
    durable: bool = True
    tcp_port: int | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def port(self) -> int:
        return self.tcp_port or PORT

    def command(self) -> list[str]:
        return [str(_programs() / "postgres"), "-D", str(self.data)]


def private(place: Place, tcp_port: int | None = None) -> Cluster:
    """The installation's cluster."""
    return Cluster(place.cluster, _socket(place.cluster), place.database_user, tcp_port=tcp_port)


def for_tests(place: Place) -> Cluster:
    """A second cluster for test runs: not durable, run by the user who runs the tests."""
    folder = place.state / "test" / "cluster"
    return Cluster(folder, _socket(folder), place.service_user, durable=False)


def ensure(cluster: Cluster, log: Path) -> None:
    """initdb, once; the settings are written each time. Raises StepFailed."""
    places.folder(cluster.folder, user=cluster.user)
    places.folder(cluster.socket, user=cluster.user)
    if not (cluster.data / "PG_VERSION").exists():
        with say.step("建立数据库集簇(initdb)") as progress:
            options = [
                "-U",
                SUPERUSER,
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
                "--auth=peer",
            ]
            argv = [str(_programs() / "initdb"), "-D", str(cluster.data), *options]
            env = {**os.environ, "LANG": "C.UTF-8"}
            say.run(progress, argv, log, user=cluster.user, env=env, cwd=cluster.folder)
    for name, text in (
        ("ziyuan.conf", settings(cluster)),
        ("pg_hba.conf", access(cluster)),
        ("pg_ident.conf", identities(cluster)),
    ):
        places.keep(cluster.data / name, text, user=cluster.user)
    main = cluster.data / "postgresql.conf"
    if "include = 'ziyuan.conf'" not in main.read_text(encoding="utf-8"):
        with main.open("a", encoding="utf-8") as file:
            file.write("\ninclude = 'ziyuan.conf'\n")


def settings(cluster: Cluster) -> str:
    """Memory by the size of this machine; durable unless it serves tests."""
    memory = _memory_mb()
    told = {
        "listen_addresses": "'127.0.0.1'" if cluster.tcp_port else "''",
        "port": cluster.port,
        "unix_socket_directories": f"'{cluster.socket}'",
        "password_encryption": "'scram-sha-256'",
        "max_connections": 120 if cluster.durable else 400,  # tests bring several provinces up side by side
        "shared_buffers": f"{min(max(memory // 16, 128), 2048)}MB",
        "effective_cache_size": f"{max(memory // 3, 256)}MB",
        "work_mem": "32MB" if memory >= 4000 else "8MB",
        "maintenance_work_mem": "256MB" if memory >= 4000 else "64MB",
        "max_wal_size": "1GB",  # what a crash has to play again is bounded, and so is the time until it is well
        "checkpoint_timeout": "5min",
        "recovery_init_sync_method": "syncfs",  # not file by file: a province has thousands
        "wal_compression": "on",
        "random_page_cost": 1.1,
        "jit": "off",
        "fsync": "on" if cluster.durable else "off",
        "synchronous_commit": "on" if cluster.durable else "off",
        "full_page_writes": "on" if cluster.durable else "off",
        "timezone": "'Asia/Shanghai'",
        "log_timezone": "'Asia/Shanghai'",
        "log_line_prefix": "'%m [%p] %u@%d '",
        "log_min_duration_statement": "2000",
    }
    return "".join(f"{name} = {value}\n" for name, value in told.items())


def access(cluster: Cluster) -> str:
    """Who may connect: the superuser by system identity, everybody else by password."""
    lines = [f"local all {SUPERUSER} peer map=setup", "local all all scram-sha-256"]
    if not cluster.durable:
        lines = ["local all all trust"]
    if cluster.tcp_port:
        lines.append("host all all 127.0.0.1/32 scram-sha-256")
    return "\n".join(lines) + "\n"


def identities(cluster: Cluster) -> str:
    """System users who are the superuser: the one that set up, and the cluster's own."""
    names = {pwd.getpwuid(os.geteuid()).pw_name, cluster.user or pwd.getpwuid(os.geteuid()).pw_name}
    return "".join(f"setup {name} {SUPERUSER}\n" for name in sorted(names))


def answers(cluster: Cluster) -> bool:
    """Does the server accept connections?"""
    argv = [str(_programs() / "pg_isready"), "-q", "-h", str(cluster.socket), "-p", str(cluster.port)]
    return subprocess.run(argv, check=False).returncode == 0


def surroundings(place: Place) -> dict[str, str]:
    """The environment of the server process."""
    return users.surroundings(place, TZ="Asia/Shanghai")


def _programs() -> Path:
    found = postgres.programs()
    if found is None:
        raise PackagesMissing(["postgresql-15", "postgresql-15-postgis-3"])
    return found


def _socket(folder: Path) -> Path:
    """Beside the data; in the system's temporary folder where that path is too long for a socket."""
    path = folder / "socket"
    if len(os.fsencode(path)) <= LONGEST_SOCKET - len(f"/.s.PGSQL.{PORT}.lock"):
        return path
    short = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"ziyuan-{short}"


def _memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000
