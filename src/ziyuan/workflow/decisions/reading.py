"""DMN XML (1.1 to 1.5) to `model`. Names are compared without their namespace version.

A fault inside one element spoils only that element: it is kept as `model.Broken` and tells itself when asked.
"""

from __future__ import annotations

import re

from lxml import etree

from ziyuan.base import markup
from ziyuan.base.markup import child, children, local
from ziyuan.workflow.decisions import model
from ziyuan.workflow.decisions.boxes import Boxes, name_of
from ziyuan.workflow.decisions.errors import NotADecisionFile

NAMESPACE = re.compile(r"https?://www\.omg\.org/spec/DMN/\d{8}/(MODEL/?|dmn\.xsd)")
_FOREIGN = re.compile(r"(?i)pmml|xmlschema|wsdl|/bpmn/")  # importType of what is no DMN
_NODES = frozenset(("inputData", "decision", "businessKnowledgeModel", "decisionService"))
_SERVED = ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")


def read(data: bytes, file: str) -> model.Definitions:
    """The definitions of one file; raises NotADecisionFile."""
    return _Reader(root_of(data, file), file).definitions()


def root_of(data: bytes, file: str) -> etree._Element:
    """The root element of a DMN file; raises NotADecisionFile."""
    try:
        root = markup.read(data, file)
    except markup.BadMarkup as bad:
        raise NotADecisionFile(bad.bare, file=file, line=bad.line) from None
    if local(root) != "definitions" or not NAMESPACE.fullmatch(markup.namespace(root)):
        raise NotADecisionFile("不是 DMN 文件（根元素应为 DMN 的 definitions）", file=file, line=1)
    return root


class _Reader:
    def __init__(self, root: etree._Element, file: str) -> None:
        self.root = root
        imports = [e for e in children(root, "import") if not _FOREIGN.search(e.get("importType", ""))]
        self.found = model.Definitions(file, root.get("name", ""), (root.get("namespace") or "").strip())
        self.found.imports = tuple(
            model.Import(
                name_of(e.get("name", "")),
                (e.get("namespace") or "").strip(),
                e.get("locationURI", ""),
                e.sourceline or 0,
            )
            for e in imports
        )
        spaces = {item.namespace: item.name for item in reversed(self.found.imports)}
        self.boxes = Boxes(file, root.get("expressionLanguage") or "FEEL", self.found.namespace, spaces)

    def definitions(self) -> model.Definitions:
        for element in children(self.root):
            kind = local(element)
            if kind in _NODES:
                self._keep(self.node(kind, element), element)
            elif kind == "itemDefinition":
                item = self.item_type(element)
                if item.name in self.found.types:
                    self._fault(f"类型“{item.name}”重复", element)
                self.found.types.setdefault(item.name, item)
        return self.found

    def _keep(self, node: model.Node, element: etree._Element) -> None:
        key = node.id
        if key in self.found.nodes:
            self._fault(f"编号“{node.id}”重复", element)
            key = f"{key} {element.sourceline}"
        self.found.nodes[key] = node

    def _fault(self, message: str, element: etree._Element) -> None:
        self.found.faults.append(
            model.Broken(message, element.get("id") or local(element), element.sourceline or 0)
        )

    # -- nodes ---------------------------------------------------------------------------------------

    def node(self, kind: str, element: etree._Element) -> model.Node:
        variable = child(element, "variable")
        name = name_of(element.get("name", ""))
        if not name:
            self._fault(f"{kind} 缺少名称", element)
            name = element.get("id") or kind
        known = name_of(variable.get("name", "")) if variable is not None else ""
        return model.Node(
            kind,
            element.get("id") or name,
            name,
            known or name,
            self.boxes.type_of(variable) if variable is not None else "",
            element.sourceline or 0,
            self._body(kind, element),
            self._requirements(element),
            *(self._refs(element, part) for part in _SERVED),
        )

    def _body(self, kind: str, element: etree._Element) -> model.Boxed | None:
        if kind == "businessKnowledgeModel":
            logic = child(element, "encapsulatedLogic")
            return None if logic is None else self.boxes.function(logic)
        return self.boxes.inside(element) if kind == "decision" else None

    def _requirements(self, element: etree._Element) -> tuple[str, ...]:
        found: list[str] = []
        for requirement in children(element):
            if local(requirement) in ("informationRequirement", "knowledgeRequirement"):
                found.extend(_href(reference) for reference in children(requirement) if reference.get("href"))
        return tuple(dict.fromkeys(found))

    def _refs(self, element: etree._Element, name: str) -> tuple[str, ...]:
        return tuple(_href(reference) for reference in children(element, name) if reference.get("href"))

    def item_type(self, element: etree._Element) -> model.ItemType:
        return model.ItemType(
            name_of(element.get("name", "")),
            self.boxes.type_of(element),
            element.get("isCollection", "").strip() in ("true", "1"),
            self.boxes.optional(child(element, "allowedValues")),
            self.boxes.optional(child(element, "typeConstraint")),
            tuple(self.item_type(part) for part in children(element, "itemComponent")),
            element.sourceline or 0,
            self._function_type(child(element, "functionItem")),
        )

    def _function_type(self, element: etree._Element | None) -> model.FunctionType | None:
        if element is None:
            return None
        parameters = tuple(self.boxes.variable(part) for part in children(element, "parameters"))
        return model.FunctionType(parameters, self.boxes.reference(element.get("outputTypeRef", ""), element))


def _href(element: etree._Element) -> str:
    """`#id` of this file, or `namespace#id` of an imported one."""
    reference = (element.get("href") or "").strip()
    return reference[1:] if reference.startswith("#") else reference


def namespace_of(data: bytes, file: str) -> str:
    """The target namespace of a file; raises NotADecisionFile."""
    return (root_of(data, file).get("namespace") or "").strip()


