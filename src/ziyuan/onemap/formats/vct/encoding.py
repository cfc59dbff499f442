"""Which encoding a VCT file is in: strict UTF-8 where it has other than ASCII and all fits, else GB18030."""

import codecs
from pathlib import Path

from ziyuan.onemap.formats.encoding import canonical_name
from ziyuan.onemap.formats.vct.errors import NotVct

_CHUNK = 1 << 24


def encoding_of(path: Path, chosen: str | None) -> str:
    """The encoding; `chosen` is the submitter's own answer. Raises NotVct with the place of the first bad byte."""
    with open(path, "rb") as file:
        head = file.read(64)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise NotVct("编码是 UTF-16,应为 GB18030")
    if not head.strip():
        raise NotVct("文件是空的")
    if b"\0" in head:
        raise NotVct("内容不是文本")
    if chosen:
        return _strict(path, canonical_name(chosen))
    marked = head.startswith(codecs.BOM_UTF8)
    if marked or _first_bad(path, "utf-8") is None:
        return _strict(path, "UTF-8") if marked or _first_bad(path, "ascii") is not None else "GB18030"
    return _strict(path, "GB18030")


def _strict(path: Path, encoding: str) -> str:
    bad = _first_bad(path, encoding)
    if bad is not None:
        line = _line_at(path, bad)
        raise NotVct(f"第 {line} 行(第 {bad + 1} 字节)不能按 {encoding} 解读")
    return encoding


def _first_bad(path: Path, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as bad:
                return done - waiting + bad.start
            done += len(chunk)
    waiting = len(decoder.getstate()[0])
    return done - waiting if waiting else None


def _line_at(path: Path, offset: int) -> int:
    with open(path, "rb") as file:
        return file.read(offset).count(b"\n") + 1
