"""Bytes on their way in, on the disk: one file for each upload, appended at the acknowledged offset and synced.

What the database says was acknowledged is in the file; what the file holds beyond that was never acknowledged and is
cut off before the next part is written.
"""

import base64
import binascii
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ziyuan.base import sm
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.errors import PartBroken, UploadLost

_CHUNK = 1 << 20
_SUFFIX = ".upload"
STALE_SECONDS = 3600.0  # a file without a row younger than this may belong to a transaction that still runs


class Readable(Protocol):
    """A stream of bytes: a request, an open file."""

    def read(self, size: int, /) -> bytes: ...


@dataclass
class Checksum:
    """What the sender says of one part, in tus's words: `sm3 <base64>` or `sha256 <base64>`."""

    algorithm: str
    told: bytes
    found: Any = field(default=None)

    @classmethod
    def of(cls, header: str) -> "Checksum | None":
        """From the header `Upload-Checksum`; None where there is none. Raises PartBroken."""
        if not header.strip():
            return None
        algorithm, _, text = header.strip().partition(" ")
        if algorithm.casefold() not in ("sm3", "sha256"):
            raise PartBroken("所用的校验算法不是 sm3 或 sha256")
        try:
            told = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as wrong:
            raise PartBroken("的校验值不是 Base64") from wrong
        name = algorithm.casefold()
        return cls(name, told, sm.new_sm3() if name == "sm3" else hashlib.sha256())

    def holds(self) -> bool:
        return bool(self.found.digest() == self.told)


def folder() -> Path:
    """Where unfinished uploads lie: on the disk of the file store, so that they need no copy at the end."""
    return kernel.node().folder("uploads")


def path_of(upload: str) -> Path:
    """The file of an upload."""
    return folder() / f"{upload}{_SUFFIX}"


def create(upload: str) -> None:
    """An empty file, its name durable."""
    handle = os.open(path_of(upload), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    _sync_folder()


def append(upload: str, no: str, offset: int, source: Readable, room: int, checksum: Checksum | None = None) -> int:
    """Write what comes after `offset` and sync it; returns how many bytes. Without a checksum a torn part counts as far as
    it came; with one it counts whole or not at all.

    Raises PartBroken (checksum, more than `room`), UploadLost (acknowledged bytes are not there).
    """
    try:
        handle = os.open(path_of(upload), os.O_RDWR)
    except FileNotFoundError as gone:
        raise UploadLost(no) from gone
    with os.fdopen(handle, "r+b") as out:
        if out.seek(0, os.SEEK_END) < offset:
            raise UploadLost(no)
        out.truncate(offset)
        out.seek(offset)
        try:
            written = _copy(source, out, room, checksum)
        except PartBroken:
            out.truncate(offset)
            raise
        out.flush()
        os.fsync(out.fileno())
    return written


def _copy(source: Readable, out: Any, room: int, checksum: Checksum | None) -> int:
    written = 0
    for chunk in _chunks(source):
        written += len(chunk)
        if written > room:
            raise PartBroken("超出了声明的文件大小")
        if checksum is not None:
            checksum.found.update(chunk)
        out.write(chunk)
    if checksum is not None and not checksum.holds():
        raise PartBroken("的校验值不符,传输中有损坏")
    return written


def _chunks(source: Readable) -> Iterator[bytes]:
    """Until the end, or until the sender is gone."""
    with suppress(OSError):
        while chunk := source.read(_CHUNK):
            yield chunk


def sm3_of(upload: str) -> str:
    """SM3 of the whole file, read once, a mebibyte at a time. Raises FileNotFoundError."""
    digest = sm.new_sm3()
    with path_of(upload).open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return str(digest.hexdigest())


def remove(upload: str) -> None:
    """Take the file away; its bytes stay where the store has given them a name."""
    path_of(upload).unlink(missing_ok=True)


def strays(known: set[str]) -> list[Path]:
    """Files that belong to no upload in `known` and are too old to belong to one being made."""
    now = time.time()
    found = folder().glob(f"*{_SUFFIX}")
    return [p for p in found if p.name.removesuffix(_SUFFIX) not in known and now - p.stat().st_mtime > STALE_SECONDS]


def _sync_folder() -> None:
    handle = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
