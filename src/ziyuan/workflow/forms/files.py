"""A file that a person hands in: accepted when its name and its content agree on a kind that everybody can open."""

from ziyuan.workflow.errors import FormIncomplete

FILE_LIMIT = 50 * 1024 * 1024
MEDIA = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "txt": "text/plain",
}
_MAGIC = {
    "pdf": b"%PDF-",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
    "txt": b"",
}


def media_of(title: str, name: str, data: bytes, field: str = "file") -> str:
    """The media type. Raises FormIncomplete, at `field`, for another kind, an empty file or one that is too large."""
    ending = name.rsplit(".", 1)[-1].lower()
    if ending not in MEDIA or not data.startswith(_MAGIC[ending]):
        raise FormIncomplete({field: f"{title}“{name}”应为 PDF、JPG、PNG 或 TXT 文件,且内容与扩展名一致"})
    if not data or len(data) > FILE_LIMIT:
        raise FormIncomplete({field: f"{title}应大于 0 且不超过 {FILE_LIMIT >> 20} MB"})
    return MEDIA[ending]
