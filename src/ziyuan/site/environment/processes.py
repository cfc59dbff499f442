"""The processes of a running installation, group by group."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from ziyuan.site.environment import cluster as clusters
from ziyuan.site.environment import place as places
from ziyuan.site.environment import say, users
from ziyuan.site.environment.cluster import Cluster
from ziyuan.site.environment.place import Place
from ziyuan.site.environment.settings import NODES
from ziyuan.site.environment.supervisor import FAST_SHUTDOWN

DATABASE, SERVICES = "database", "services"
GROUPS = (SERVICES, DATABASE)
STOP_SECONDS = 45.0


def database_group(place: Place, cluster: Cluster) -> list[dict[str, Any]]:
    """The cluster's server process."""
    log = place.logs / DATABASE / "database.log"
    told = _process("database", cluster.command(), clusters.surroundings(place), log)
    return [{**told, "stop": FAST_SHUTDOWN.name}]


def service_group(place: Place) -> list[dict[str, Any]]:
    """Web, worker and exchange of each node, and the ferry between them."""
    group = []
    for name in NODES:
        env = users.surroundings(place, ZIYUAN_NODE=str(place.node_file(name)))
        bind = json.loads(place.node_file(name).read_text(encoding="utf-8"))["bind"]
        commands = {
            "web": _gunicorn(place, bind),
            "worker": _manage(place, "worker"),
            "exchange": _manage(place, "exchange"),
        }
        group += [
            _process(f"{name}-{part}", argv, env, _log(place, f"{name}-{part}"))
            for part, argv in commands.items()
        ]
    env = users.surroundings(place, ZIYUAN_FERRY=":".join(str(place.node_file(name)) for name in NODES))
    return [*group, _process("ferry", _manage(place, "ferry"), env, _log(place, "ferry"))]


def _process(name: str, argv: list[str], env: dict[str, str], log: Path) -> dict[str, Any]:
    return {"name": name, "argv": argv, "env": env, "log": str(log)}


def _log(place: Place, name: str) -> Path:
    return place.logs / SERVICES / f"{name}.log"


def _manage(place: Place, command: str) -> list[str]:
    return [str(place.python), "-m", "ziyuan.site.manage", command]


# Neither query string nor referer: query codes and what people searched for stay out of the log.
ACCESS_LINE = '%(t)s "%(m)s %(U)s" %(s)s %(b)s %(L)s'


def _gunicorn(place: Place, bind: str) -> list[str]:
    return [
        *(str(place.python), "-m", "gunicorn", "ziyuan.site.wsgi:application"),
        *("--bind", bind, "--workers", "2", "--worker-class", "gthread", "--threads", "8"),
        *("--timeout", "120", "--graceful-timeout", "15", "--keep-alive", "30", "--no-control-socket"),
        *("--max-requests", "20000", "--max-requests-jitter", "2000", "--access-logfile", "-"),
        *("--access-logformat", ACCESS_LINE),
    ]


def start(place: Place, group: str, processes: list[dict[str, Any]], user: str | None) -> None:
    """Start a supervisor over `processes`, detached, as `user`; its folder says what runs."""
    folder = place.run / group
    places.keep(folder / "spec.json", json.dumps({"processes": processes}), user=user)
    (folder / "stop").unlink(missing_ok=True)
    with (place.logs / f"supervisor-{group}.log").open("ab") as out:
        subprocess.Popen(
            [str(place.python), "-m", "ziyuan.site.environment.supervisor", str(folder / "spec.json")],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=users.surroundings(place),
            cwd=place.app,
            start_new_session=True,
            **say.as_user(user),
        )


def state(place: Place, group: str) -> dict[str, Any] | None:
    """What a live supervisor says of its group; None when none runs."""
    folder = place.run / group
    try:
        told = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        command = Path(f"/proc/{told['pid']}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return told if str(folder / "spec.json").encode() in command else None


def ask_to_stop(place: Place, group: str) -> None:
    """Leave the stop request the supervisor obeys."""
    (place.run / group / "stop").touch()


def stop(place: Place, group: str) -> bool:
    """Stop a group and wait until it is gone; False when it did not run."""
    if (told := state(place, group)) is None:
        return False
    ask_to_stop(place, group)
    end = time.monotonic() + STOP_SECONDS
    while Path(f"/proc/{told['pid']}").exists() and state(place, group) and time.monotonic() < end:
        time.sleep(0.1)
    return True
