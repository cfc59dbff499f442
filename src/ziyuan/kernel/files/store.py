"""Keep and open files by the SM3 of their bytes.

A file is on disk, synced, before the row that names it can commit; a row never points to nothing. Bytes whose
transaction did not commit are swept later: they are named by content, so keeping them harms nobody.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ziyuan.base import sm
from ziyuan.kernel.errors import FileMissing
from ziyuan.kernel.files.models import StoredFile
from ziyuan.kernel.nodes.node import node, now

_CHUNK = 1 << 20
STALE_SECONDS = 3600.0  # a half older than this belongs to a process that is gone


def file_path(digest: str) -> Path:
    """Where the bytes of a digest lie (two levels of folders by its first digits)."""
    return node().data / "files" / digest[:2] / digest


def put_file(source: Path | bytes | BinaryIO, *, name: str, media: str = "application/octet-stream") -> StoredFile:
    """Store bytes, a path or an open stream; the same content is stored once."""
    target_dir = node().folder("files")
    partial = target_dir / f".{secrets.token_hex(8)}.part"
    try:
        digest, size = _copy(source, partial)
        _link(partial, digest)
    finally:
        partial.unlink(missing_ok=True)
    return _told(digest, size, name, media)


def adopt_file(path: Path, *, digest: str, name: str, media: str = "application/octet-stream") -> StoredFile:
    """Keep a file that lies on the store's own disk, already synced and hashed by the caller, without copying it.

    The bytes get a second name; the caller removes the first one once his transaction has committed.
    """
    path.chmod(0o440)
    _link(path, digest)
    return _told(digest, path.stat().st_size, name, media)


def _link(path: Path, digest: str) -> None:
    """Give the bytes their name in the store, durably; nothing happens when it is there."""
    target = file_path(digest)
    if not target.parent.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync_folder(target.parent.parent)
    with suppress(FileExistsError):
        os.link(path, target)
    _sync_folder(target.parent)


def _told(digest: str, size: int, name: str, media: str) -> StoredFile:
    stored, _ = StoredFile.objects.get_or_create(
        digest=digest, defaults={"size": size, "name": name[:200], "media": media, "stored": now()}
    )
    return stored


def _copy(source: Path | bytes | BinaryIO, target: Path) -> tuple[str, int]:
    digest = sm.new_sm3()
    size = 0
    with target.open("wb") as out:
        for chunk in _chunks(source):
            digest.update(chunk)
            out.write(chunk)
            size += len(chunk)
        out.flush()
        os.fsync(out.fileno())
    target.chmod(0o440)
    return digest.hexdigest(), size


def _chunks(source: Path | bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    stream = source.open("rb") if isinstance(source, Path) else source
    try:
        while chunk := stream.read(_CHUNK):
            yield chunk
    finally:
        if isinstance(source, Path):
            stream.close()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep_partials() -> int:
    """Take away the halves that killed processes left in the file store and the lake. Returns how many."""
    removed = 0
    for folder in (node().folder("files"), node().folder("lake")):
        for path in folder.rglob(".*.part"):
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def open_file(digest: str) -> BinaryIO:
    """The stored bytes, opened for reading. Raises FileMissing."""
    path = file_path(digest)
    if not path.is_file():
        raise FileMissing(digest)
    return path.open("rb")


def verify_files() -> list[str]:
    """Digests whose bytes are missing or do not hash to their name."""
    wrong = []
    for digest in StoredFile.objects.order_by("digest").values_list("digest", flat=True):
        path = file_path(digest)
        if not path.is_file() or _hash(path) != digest:
            wrong.append(digest)
    return wrong


def _hash(path: Path) -> str:
    digest = sm.new_sm3()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()
