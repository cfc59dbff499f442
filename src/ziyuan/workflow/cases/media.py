"""Which files are taken as papers: their types, told by name and content, and their size."""

from ziyuan.workflow.errors import FormIncomplete

PAPER_LIMIT = 50 * 1024 * 1024
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


def media_of(title: str, name: str, data: bytes) -> str:
    """The media type, when name and content agree on an accepted one."""
    ending = name.rsplit(".", 1)[-1].lower()
    if ending not in MEDIA or not data.startswith(_MAGIC[ending]):
        raise FormIncomplete({"file": f"{title}“{name}”应为 PDF、JPG、PNG 或 TXT 文件,且内容与扩展名一致"})
    if not data or len(data) > PAPER_LIMIT:
        raise FormIncomplete({"file": f"{title}应大于 0 且不超过 {PAPER_LIMIT >> 20} MB"})
    return MEDIA[ending]
