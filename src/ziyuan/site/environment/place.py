"""Where an installation lives: its folders, and the system users its processes run as."""

import hashlib
import os
import pwd
from dataclasses import dataclass, replace
from pathlib import Path

SERVICE_USER = "ziyuan"
DATABASE_USER = "postgres"
STATE_OF_ROOT = Path("/var/lib/ziyuan")


@dataclass(frozen=True)
class Place:
    """One clone and the state that belongs to it.

    Started by root, the state lies under /var/lib/ziyuan, the code is a copy the service user can read, and
    processes run as `ziyuan` (the cluster as `postgres`). Started by anybody else, the state lies in the
    clone and everything runs as that person.
    """

    clone: Path
    state: Path
    by_root: bool
    copy_name: str = "app"

    @property
    def app(self) -> Path:
        """The code that runs."""
        return self.state / self.copy_name if self.by_root else self.clone

    def for_tests(self) -> "Place":
        """The same place with a copy of the code of its own: a test run leaves a running node's code alone."""
        return replace(self, copy_name="test/app")

    @property
    def venv(self) -> Path:
        named = os.environ.get("ZIYUAN_VENV")
        return Path(named) if named else self.state / "venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def cluster(self) -> Path:
        return self.state / "cluster"

    @property
    def nodes(self) -> Path:
        return self.state / "nodes"

    @property
    def secrets(self) -> Path:
        """Owner accounts of the databases; readable by who set the installation up."""
        return self.state / "secrets"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def run(self) -> Path:
        """What is running now: specifications, state and stop requests of the supervisors."""
        return self.state / "run"

    @property
    def build(self) -> Path:
        return self.state / "build"

    @property
    def service_user(self) -> str | None:
        """The user our processes run as; None: the caller."""
        return SERVICE_USER if self.by_root else None

    @property
    def database_user(self) -> str | None:
        """The user the private cluster runs as; None: the caller."""
        return DATABASE_USER if self.by_root else None

    def node_file(self, name: str) -> Path:
        return self.nodes / f"{name}.json"

    def data(self, name: str) -> Path:
        return self.nodes / name


def find() -> Place:
    """The place of this clone. `ZIYUAN_STATE` names another state folder (and never changes user)."""
    clone = Path(os.environ.get("ZIYUAN_CLONE") or Path(__file__).resolve().parents[4]).resolve()
    named = os.environ.get("ZIYUAN_STATE")
    by_root = os.geteuid() == 0
    if named:
        return Place(clone, Path(named).resolve(), by_root)
    if not by_root:
        return Place(clone, clone / ".ziyuan", by_root=False)
    short = hashlib.sha256(os.fsencode(clone)).hexdigest()[:8]
    return Place(clone, STATE_OF_ROOT / short, by_root=True)


def make_folders(place: Place) -> None:
    """Make the folders with the owners and rights they need.

    Where root sets up, only the inmost folders belong to the users of our processes: what root writes
    never lies in a folder where one of them could put a link in its way.
    """
    service = place.service_user
    for path in (place.state, place.run, place.logs, place.nodes, place.build):
        folder(path)
    folder(place.secrets, mode=0o700)
    for path in (place.run / "services", place.logs / "services", place.build / "web", place.state / "home"):
        folder(path, user=service)
    for path in (place.run / "database", place.logs / "database"):
        folder(path, user=place.database_user)
    if service is not None:  # `up` in the foreground runs as the service user and may ask the cluster to stop
        os.chown(place.run / "database", -1, pwd.getpwnam(service).pw_gid)
        (place.run / "database").chmod(0o775)
    if not place.by_root:
        (place.state / ".gitignore").write_text("*\n", encoding="ascii")


def folder(path: Path, *, user: str | None = None, mode: int = 0o755) -> Path:
    """Make a folder, give it to `user` (None: the caller) with exactly `mode`."""
    path.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _give(handle, user)
        os.fchmod(handle, mode)
    finally:
        os.close(handle)
    return path


def _give(handle: int, user: str | None) -> None:
    """Change the owner of an open file or folder to `user`; None: to the caller."""
    entry = pwd.getpwuid(os.geteuid()) if user is None else pwd.getpwnam(user)
    os.fchown(handle, entry.pw_uid, entry.pw_gid)


def keep(path: Path, text: str, *, user: str | None = None, mode: int = 0o600) -> None:
    """Write a file whole (never half), owned by `user`, with `mode` from its first byte."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), mode)
        _give(file.fileno(), user)
    fresh.replace(path)
