"""The PostgreSQL programs of this system."""

import re
import shutil
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15


def programs() -> Path | None:
    """Folder of initdb, postgres and pg_ctl: the newest with PostGIS, else the newest; None when there is none."""
    found = _folders()
    with_postgis = [path for path in found if _postgis_of(path).is_file()]
    return next(iter(with_postgis or found), None)


def postgis_present() -> bool:
    folder = programs()
    return folder is not None and _postgis_of(folder).is_file()


def _folders() -> list[Path]:
    """Every folder with a server of a version we can use, newest first."""
    versions = {
        int(p.name): p / "bin" for p in DEBIAN.glob("*") if p.name.isdigit() and int(p.name) >= OLDEST
    }
    found = [versions[v] for v in sorted(versions, reverse=True) if (versions[v] / "initdb").is_file()]
    on_path = shutil.which("initdb")
    return found or ([Path(on_path).resolve().parent] if on_path else [])


def _postgis_of(folder: Path) -> Path:
    """The control file of PostGIS that belongs to the server in `folder`."""
    version = re.search(r"postgresql/(\d+)/bin", str(folder))
    share = Path("/usr/share/postgresql") / version[1] if version else folder.parent / "share" / "postgresql"
    return share / "extension" / "postgis.control"
