"""Send a file to a node in parts; after a break go on where the node stands."""

import base64
import hashlib
import http.client
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from ziyuan.base.errors import reason_of
from ziyuan.base.node_client import Client, NodeRefused, NodeSilent
from ziyuan.onemap.client.errors import FileUnreadable, UploadStuck

PATIENCE = 300.0  # seconds of silence after which a sender gives up; he may begin again at any time
SOON, LATE = 0.5, 10.0  # seconds between two questions: at the least, at the most
_CHUNK = 1 << 20
_OFFSET_WRONG, _BUSY = "ZY-DLV-033", "ZY-DLV-032"
_READY = (".zip", ".gpkg", ".vct", ".geojson", ".gml", ".kml", ".fgb", ".dxf", ".xlsx", ".csv", ".zyc")
Tell = Callable[[str, int, int], None]


@contextmanager
def packed(files: Sequence[Path], name: str) -> Iterator[Path]:
    """One file to send: the file itself, or a zip of several (or of a folder, as a .gdb), the same each time."""
    if len(files) == 1 and files[0].is_file() and files[0].suffix.casefold() in _READY:
        yield files[0]
        return
    with tempfile.TemporaryDirectory(prefix="ziyuan-deliver-") as held:
        target = Path(held) / f"{name}.zip"
        try:
            _zip(files, target)
        except OSError as wrong:
            raise FileUnreadable(str(wrong.filename or files[0]), reason_of(wrong)) from wrong
        yield target


def _zip(files: Sequence[Path], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for given in files:
            inside = sorted(p for p in given.rglob("*") if p.is_file()) if given.is_dir() else [given]
            for path in inside:
                told = zipfile.ZipInfo(str(path.relative_to(given.parent)), (1980, 1, 1, 0, 0, 0))
                told.compress_type = zipfile.ZIP_DEFLATED
                with path.open("rb") as source, archive.open(told, "w", force_zip64=True) as out:
                    while chunk := source.read(_CHUNK):
                        out.write(chunk)


def sm3_of(path: Path) -> str:
    """SM3 of a file. Raises FileUnreadable."""
    digest = hashlib.new("sm3")
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as wrong:
        raise FileUnreadable(path.name, reason_of(wrong)) from wrong
    return digest.hexdigest()


def send(client: Client, path: Path, order: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Upload a file under an order; the upload as it stands at the end. Begins anew or goes on, as the node says.

    Raises NodeRefused, UploadStuck, FileUnreadable.
    """
    order = {**order, "name": path.name, "size": path.stat().st_size, "sm3": sm3_of(path)}
    upload = client.post("/api/uploads", order)
    with path.open("rb") as stream:
        while upload["state"] == "open" and upload["offset"] < upload["size"]:
            tell("上传", upload["offset"], upload["size"])
            upload["offset"] = _part(client, upload, stream)
    tell("上传", upload["size"], upload["size"])
    return dict(upload)


def _part(client: Client, upload: dict[str, Any], stream: BinaryIO) -> int:
    """Send the next part; the offset at which the upload then stands, asked anew after every break."""
    address, end = f"/api/uploads/{upload['id']}", time.monotonic() + PATIENCE
    offset = int(upload["offset"])
    while True:
        stream.seek(offset)
        part = stream.read(int(upload["part_bytes"]))
        checksum = base64.b64encode(hashlib.new("sm3", part).digest()).decode("ascii")
        try:
            client.patch(address, part, Upload_Offset=str(offset), Upload_Checksum=f"sm3 {checksum}")
            return offset + len(part)
        except NodeRefused as refused:
            if refused.status_given < 500 and refused.answer.get("code") not in (_OFFSET_WRONG, _BUSY):
                raise
            why: Exception = refused
        except (NodeSilent, OSError, http.client.HTTPException) as silent:
            why = silent
        if time.monotonic() > end:
            raise UploadStuck(str(upload["name"]), offset, why)
        time.sleep(0.5)
        stands = _asked(client, address)
        if stands is not None and stands != offset:
            return stands


def _asked(client: Client, address: str) -> int | None:
    """Where the upload stands; None while the node does not answer."""
    try:
        return int(client.get(address)["offset"])
    except NodeRefused as refused:
        if refused.status_given < 500:
            raise
    except (NodeSilent, OSError, http.client.HTTPException, ValueError):
        pass
    return None


def finished(client: Client, delivery: int, tell: Tell) -> dict[str, Any]:
    """Wait until the check of a delivery is over, over restarts of the node; whoever waits longer asks less often."""
    end = time.monotonic() + PATIENCE
    silences = 0
    while True:
        try:
            told = client.get(f"/api/deliveries/{delivery}")
        except (NodeSilent, OSError, http.client.HTTPException, ValueError, NodeRefused) as wrong:
            if (isinstance(wrong, NodeRefused) and wrong.status_given < 500) or time.monotonic() > end:
                raise
            silences += 1
            time.sleep(min(SOON * 2**silences, LATE))
            continue
        end, silences = time.monotonic() + PATIENCE, 0
        if told["state"] not in ("open", "uploading", "received", "reading", "checking"):
            return dict(told)
        tell(_step(told), told["progress"]["done"], told["progress"]["total"])
        time.sleep(_pause(told))


def _pause(told: dict[str, Any]) -> float:
    """A tenth of what the queue is expected to take, so that a whole province waiting leaves the node its work."""
    queue = told.get("queue") or {}
    wait = queue.get("estimate_seconds")
    return min(max((wait if wait is not None else queue.get("place") or 0) / 10, SOON), LATE)


def _step(told: dict[str, Any]) -> str:
    queue = told.get("queue")
    if queue and queue["place"] > 0:
        wait = f",约 {queue['estimate_seconds']} 秒" if queue["estimate_seconds"] is not None else ""
        return f"排队第 {queue['place']} 位{wait}"
    return told["progress"]["step"] or told["state_title"]
