"""Small pieces every group of endpoints shares: the actor, file answers, command ids."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Field, Schema
from ninja.files import UploadedFile

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.portal.errors import BadRequest


class ActionIn(Schema):
    """An act on a case or a delivery; `command` makes a repeated request answer like the first."""

    task: int | None = None
    opinion: str = ""
    to: str | int | None = None
    items: list[dict[str, str]] = Field(default_factory=list)
    command: str = Field("", max_length=80)


def actor(request: HttpRequest) -> kernel.Actor:
    """Who is asking. Raises NotSignedIn."""
    found = getattr(request, "actor", None)
    if found is None:
        raise errors.NotSignedIn
    return found


def uploaded(file: UploadedFile) -> BinaryIO:
    """The uploaded bytes as a stream. Raises BadRequest for an upload without content."""
    if file.file is None:
        raise BadRequest({"file": "文件没有内容"})
    return cast(BinaryIO, file.file)


def attachment(body: bytes, name: str, media: str, *, inline: bool = False) -> HttpResponse:
    """Bytes as a download with a Chinese file name."""
    response = HttpResponse(body, content_type=media)
    response["Content-Disposition"] = _disposition(name, inline)
    return response


def stored(file: kernel.StoredFile, name: str = "", *, inline: bool = False) -> StreamingHttpResponse:
    """A stored file, streamed; its digest is the entity tag."""
    response = StreamingHttpResponse(_chunks(file.digest), content_type=file.media)
    response["Content-Length"] = str(file.size)
    response["ETag"] = f'"{file.digest}"'
    response["Content-Disposition"] = _disposition(name or file.name, inline)
    return response


def temporary(path: Path, name: str, media: str) -> HttpResponse:
    """A file made for this answer only: read, removed, sent."""
    try:
        return attachment(path.read_bytes(), name, media)
    finally:
        path.unlink(missing_ok=True)


def _chunks(digest: str) -> Iterator[bytes]:
    with kernel.open_file(digest) as stream:
        while chunk := stream.read(1 << 16):
            yield chunk


def _disposition(name: str, inline: bool) -> str:
    return f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name)}"

