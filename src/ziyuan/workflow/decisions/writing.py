"""DMN XML out again, as edition 1.5: everything that was in the file is in it still.

The elements that 1.5 has anew are not needed by files of older editions, so an older file becomes one of 1.5 by
its namespaces, and one of 1.1 by its type references too (there they were XML names with a prefix). Diagram,
ids, comments, and elements and attributes that we do not know stay where they are.
"""

from __future__ import annotations

import re

from lxml import etree

from ziyuan.base.markup import child, local, namespace
from ziyuan.workflow.decisions.boxes import Boxes, name_of
from ziyuan.workflow.decisions.reading import root_of

_DMN = "https://www.omg.org/spec/DMN/20230324"
_EDITION = re.compile(r"https?://www\.omg\.org/spec/DMN/(?:\d{8})/(MODEL/?|DMNDI/?|FEEL/?|dmn\.xsd)")
_PARTS = {"MODEL": "MODEL/", "DMNDI": "DMNDI/", "FEEL": "FEEL/", "dmn.xsd": "MODEL/"}
_FEEL = re.compile(r"https?://www\.omg\.org/spec/FEEL/\d{8}/?")
_VALUED = ("expressionLanguage", "typeLanguage", "importType")


def upgraded(data: bytes, file: str) -> bytes:
    """The file as DMN 1.5; raises NotADecisionFile."""
    root = root_of(data, file)
    spaces = {
        e.get("namespace", ""): name_of(e.get("name", "")) for e in root if local(e) == "import" and e.get("name")
    }
    types = Boxes(file, "", root.get("namespace") or "", spaces)
    for element in root.iter(etree.Element):
        if _EDITION.fullmatch(namespace(element)):
            _modern(element, types)
    return etree.tostring(_renamed(root), encoding="UTF-8", xml_declaration=True)


def _modern(element: etree._Element, types: Boxes) -> None:
    """Values of attributes that name an edition or, in 1.1, a type by its XML prefix."""
    for key in _VALUED:
        if element.get(key):
            element.set(key, _newest(element.get(key)))
    if ":" in element.get("typeRef", ""):
        element.set("typeRef", types.reference(element.get("typeRef"), element))
    inner = child(element, "typeRef")
    if inner is not None and inner.text and ":" in inner.text:
        inner.text = types.reference(inner.text, inner)


def _newest(space: str) -> str:
    found = _EDITION.fullmatch(space)
    if found:
        return f"{_DMN}/{_PARTS[found[1].rstrip('/')]}"
    return f"{_DMN}/FEEL/" if _FEEL.fullmatch(space) else space


def _renamed(root: etree._Element) -> etree._ElementTree:
    """The same tree in the namespaces of 1.5; prefixes stay as they are."""
    made = etree.Element(_tag(root.tag), nsmap=_spaces(root))
    _fill(made, root)
    for outside in root.itersiblings(preceding=True):
        made.addprevious(_loose(outside))
    for outside in reversed(list(root.itersiblings())):
        made.addnext(_loose(outside))
    return made.getroottree()


def _fill(made: etree._Element, element: etree._Element) -> None:
    for key, value in element.attrib.items():
        made.set(_tag(key), value)
    made.text = element.text
    for part in element:
        if isinstance(part.tag, str):
            inner = etree.SubElement(made, _tag(part.tag), nsmap=_spaces(part))
            _fill(inner, part)
        else:
            made.append(_loose(part))
        made[-1].tail = part.tail


def _loose(part: etree._Element) -> etree._Element:
    """A comment or an instruction."""
    if isinstance(part, etree._Comment):
        return etree.Comment(part.text)
    return etree.ProcessingInstruction(part.target, part.text)


def _tag(name: str) -> str:
    found = etree.QName(name)
    return f"{{{_newest(found.namespace)}}}{found.localname}" if found.namespace else name


def _spaces(element: etree._Element) -> dict[str | None, str]:
    return {prefix: _newest(space) for prefix, space in element.nsmap.items()}
