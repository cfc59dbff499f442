"""Text of a file whose encoding nothing declares: UTF-8 (with or without mark) when all of it fits, else GB18030."""

import codecs

from ziyuan.base.errors import UserError
from ziyuan.onemap.formats.encoding import canonical_name


class TextUndecodable(UserError):
    code = "ZY-FMT-023"
    remedy = "请用 UTF-8 或 GB18030(GBK)编码重新保存;已知是其他编码时请指明 --encoding。"

    def __init__(self, kind: str, encoding: str, line: int, byte: int) -> None:
        super().__init__(f"{kind} 文件第 {line} 行(第 {byte} 字节)不能按 {encoding} 解读。", line=line, byte=byte)


def text_of(data: bytes, chosen: str | None, kind: str) -> tuple[str, str]:
    """(text, encoding used). Raises TextUndecodable with line and byte."""
    for mark, name in ((codecs.BOM_UTF8, "UTF-8"), (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16")):
        if data.startswith(mark) and not chosen:
            return _decoded(data, "utf-8-sig" if name == "UTF-8" else "utf-16", name, kind)
    if chosen:
        name = canonical_name(chosen)
        return _decoded(data, "utf-8-sig" if name == "UTF-8" else name, name, kind)
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _decoded(data, "gb18030", "GB18030", kind)


def _decoded(data: bytes, codec: str, name: str, kind: str) -> tuple[str, str]:
    try:
        return data.decode(codec), name
    except UnicodeDecodeError as bad:
        raise TextUndecodable(kind, name, data.count(b"\n", 0, bad.start) + 1, bad.start + 1) from bad
