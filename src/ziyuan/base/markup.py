"""XML from outside, read without its dangers: no DTD, no entity, no network, a limit of size and depth."""

from __future__ import annotations

import errno

from lxml import etree

from ziyuan.base import reasons
from ziyuan.base.errors import UserError

LARGEST = 20_000_000
XML_NS = "http://www.w3.org/XML/1998/namespace"


class BadMarkup(UserError):
    """The bytes are not XML we read; `line` is where the reader stopped."""

    code = "ZY-BAS-081"
    remedy = "请用建模工具重新导出该文件；文件中不得含有 DTD 或实体声明。"

    def __init__(self, message: str, file: str, line: int = 0) -> None:
        self.file, self.line, self.bare = file, line, message
        super().__init__(
            f"{file} 第 {line} 行：{message}" if line else f"{file}:{message}", file=file, line=line
        )


def read(data: bytes, file: str) -> etree._Element:
    """The root element; raises BadMarkup with the line."""
    if len(data) > LARGEST:
        raise BadMarkup(f"文件过大({len(data)} 字节，上限 {LARGEST})", file)
    if not data.strip():
        raise BadMarkup("文件是空的", file)
    if b"<!DOCTYPE" in data.replace(b"\0", b""):
        raise BadMarkup("文件含有 DTD 声明，出于安全不予读取", file, 1)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_pis=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as bad:
        raise _bad_markup(bad, parser, file) from None
    except ValueError as bad:
        raise BadMarkup(reasons.xml(str(bad)), file) from None
    return root


def _bad_markup(bad: etree.XMLSyntaxError, parser: etree.XMLParser, file: str) -> BadMarkup:
    """The first thing the reader stumbled over, in our words: what follows from it helps nobody."""
    first = next((one for one in parser.error_log if one.level_name in ("ERROR", "FATAL")), None)
    said, line, column = (first.message, first.line, first.column) if first else (bad.msg, *bad.position)
    at = f"（第 {column} 列）" if column else ""
    return BadMarkup(reasons.xml(said or "") + at, file, line or 0)


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for comments and instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def namespace(element: etree._Element) -> str:
    return etree.QName(element).namespace or "" if isinstance(element.tag, str) else ""


def children(element: etree._Element, name: str = "") -> list[etree._Element]:
    """Child elements, in order; of one local name when it is given."""
    return [child for child in element if isinstance(child.tag, str) and (not name or local(child) == name)]


def child(element: etree._Element, name: str) -> etree._Element | None:
    found = children(element, name)
    return found[0] if found else None


def text_of(element: etree._Element | None) -> str:
    """The text of an element, `<text>` inside it preferred, blanks at both ends dropped."""
    if element is None:
        return ""
    inner = child(element, "text")
    return "".join((inner if inner is not None else element).itertext()).strip()


def why_unread(bad: OSError | ValueError) -> str:
    """Why a file cannot be read or written, in the reader's words."""
    known = {errno.ENOENT: "没有这个文件或文件夹", errno.EACCES: "没有权限", errno.EISDIR: "是文件夹", errno.ENOSPC: "磁盘已满"}
    return known.get(getattr(bad, "errno", None) or 0) or str(getattr(bad, "strerror", None) or bad)
