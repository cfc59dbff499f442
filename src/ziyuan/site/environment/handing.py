"""Platform commands (`map`, `audit`, `sample`, …) are handed to `ziyuan.site.cli` in the environment."""

import os
import subprocess

from ziyuan.site.environment import prepare
from ziyuan.site.environment.place import Place


def pass_on(place: Place, arguments: list[str]) -> int:
    """Hand a platform command to `ziyuan.site.cli` in the environment; does not return on success.

    Root's call runs as the service user, who may on this one occasion read and write where root may:
    so `--out` works anywhere and no process of ours is root.
    """
    node, rest = _node_option(arguments)
    prepare.python_only(place, "runtime")
    env = {**os.environ, "PYTHONPATH": str(place.clone / "src")}
    file = place.node_file(node)
    if os.path.exists(file):
        env.setdefault("ZIYUAN_NODE", str(file))
    argv = [str(place.python), "-m", "ziyuan.site.cli", *rest]
    if place.service_user:
        env["HOME"] = str(place.state / "home")
        argv = [*_as_service(place.service_user), *argv]
    os.execvpe(argv[0], argv, env)  # noqa: S606


def _as_service(user: str) -> list[str]:
    reach = "+dac_override,+dac_read_search"
    front = ["setpriv", "--reuid", user, "--regid", user, "--init-groups"]
    widened = [*front, "--inh-caps", reach, "--ambient-caps", reach, "--securebits", "+no_setuid_fixup", "--"]
    works = subprocess.run([*widened, "true"], check=False, capture_output=True).returncode == 0
    return widened if works else [*front, "--"]


def _node_option(arguments: list[str]) -> tuple[str, list[str]]:
    """Take `--node inner|outer` from the front of the arguments."""
    if arguments[:1] == ["--node"] and len(arguments) > 1:
        return arguments[1], arguments[2:]
    return "inner", arguments
