"""Self-check of the walls (自检): proves by trying, before the first upload is taken.

A VRT dressed as a Shapefile, which without the walls reads a table of this machine, must be
refused; a connection to a listening port and a file outside the folder must be out of reach.
"""

import json
import logging
import socket
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ziyuan.base.errors import ZiyuanError
from ziyuan.base.sandbox.errors import FileUnreadable, WallsMissing
from ziyuan.base.sandbox.limits import Limits
from ziyuan.base.sandbox.reading import read_vector
from ziyuan.base.sandbox.run import drivers, exchange, skip_all_but

log = logging.getLogger(__name__)

_DISGUISE = """<OGRVRTDataSource><OGRVRTLayer name="leak"><SrcDataSource>{csv}</SrcDataSource>
<SrcLayer>secret</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""


@dataclass(frozen=True)
class Walls:
    """What the self-check proved. `reasons` is empty when uploads may be taken."""

    driver: bool
    network: bool
    writing: bool
    files: bool
    reasons: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.reasons


def disguised_vrt(folder: Path) -> Path:
    """Write the bait: a server's table and a VRT named `.shp` that points at it."""
    csv = folder / "secret.csv"
    csv.write_text("a,b\n1,classified\n", encoding="utf-8")
    bait = folder / "bait" / "patches.shp"
    bait.parent.mkdir()
    bait.write_text(_DISGUISE.format(csv=csv), encoding="utf-8")
    return bait


AGAIN_AFTER = 30.0  # seconds that a failed check stands: health is asked often, and a busy machine gets well again
_PROVING = threading.Lock()
_last: tuple[Walls, float] | None = None


def self_check() -> Walls:
    """Try each wall, once per process when all hold; a failed check is made again, at most every AGAIN_AFTER seconds."""
    global _last
    with _PROVING:
        if _last is None or (not _last[0].ok and time.monotonic() - _last[1] > AGAIN_AFTER):
            _last = _tried(), time.monotonic()
        return _last[0]


def _tried() -> Walls:
    with tempfile.TemporaryDirectory(prefix="ziyuan-walls-") as held:
        bait = disguised_vrt(Path(held))
        try:
            driver = _refused(bait)
            probed = _probe(bait)
        except ZiyuanError as problem:
            return Walls(False, False, False, False, (str(problem),))
    return _judge(driver, probed)


def require_walls() -> Walls:
    """The walls, or WallsMissing with the reasons."""
    walls = self_check()
    if not walls.ok:
        log.error("上传沙箱自检未通过:%s", ";".join(walls.reasons))
        raise WallsMissing(walls.reasons)
    return walls


def _refused(bait: Path) -> bool:
    if "OGR_VRT" not in drivers():
        return True
    try:
        read_vector(bait, "ESRI Shapefile", limits=Limits(wall_s=30))
    except FileUnreadable:
        return True
    return False


def _probe(bait: Path) -> dict[str, bool]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        request = {"do": "probe", "file": str(bait), "driver": "ESRI Shapefile",
                   "skip": skip_all_but("ESRI Shapefile"), "reader": "", "port": listener.getsockname()[1],
                   "outside": str(bait.parent.parent / "secret.csv")}
        answers = [body for _kind, body in exchange(request, Limits(wall_s=30))]
    return json.loads(answers[-1])


def _judge(driver: bool, probed: dict[str, bool]) -> Walls:
    reasons, notes = [], []
    if not driver:
        reasons.append("伪装成 .shp 的 VRT 未被拒绝")
    if not probed.get("network"):
        reasons.append("读取进程仍能连接网络(需要内核支持非特权名字空间或 seccomp)")
    if not probed.get("writing"):
        reasons.append("读取进程仍能写文件")
    if not probed.get("files"):
        notes.append("内核不支持 Landlock,读取进程能看到目录以外的文件(驱动限制仍有效)")
    return Walls(driver, bool(probed.get("network")), bool(probed.get("writing")),
                 bool(probed.get("files")), tuple(reasons), tuple(notes))
