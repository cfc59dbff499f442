"""The system user our processes run as, and what a child process is told of its surroundings."""

import os
import pwd
import subprocess

from ziyuan.site.environment.place import SERVICE_USER, Place

# What a process of ours may inherit; nothing else of the caller's environment reaches it.
INHERITED = (
    "LANG",
    "TZ",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "OMP_NUM_THREADS",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)


def ensure(place: Place) -> None:
    """Make the system user `ziyuan` where root sets up."""
    if not place.by_root:
        return
    try:
        pwd.getpwnam(SERVICE_USER)
    except KeyError:
        subprocess.run(
            [
                *("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"),
                SERVICE_USER,
            ],
            check=True,
        )


def surroundings(place: Place, **more: str) -> dict[str, str]:
    """The environment of a process of ours: no secret, no setting of the caller's shell."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {
        "LANG": "C.UTF-8",
        **kept,
        "HOME": str(place.state / "home"),
        "PATH": f"{place.venv}/bin:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(place.app / "src"),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "ziyuan.site.settings",
        **more,
    }


def installer(place: Place, **more: str) -> dict[str, str]:
    """The environment of a package client: the caller's own, so that its configured index is used."""
    return {**os.environ, "LANG": "C.UTF-8", **more}
