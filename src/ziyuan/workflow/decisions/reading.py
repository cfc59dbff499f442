"""DMN XML (1.1 to 1.5) to `model`. Names are compared without their namespace version."""

from __future__ import annotations

import re

from lxml import etree

from ziyuan.base import markup
from ziyuan.base.markup import child, children, local, text_of
from ziyuan.workflow.decisions import model
from ziyuan.workflow.decisions.errors import DecisionError, NotADecisionFile

_NAMESPACE = re.compile(r"https?://www\.omg\.org/spec/DMN/\d{8}/(MODEL/|dmn\.xsd)")
_POLICIES = {
    "UNIQUE": "U",
    "FIRST": "F",
    "PRIORITY": "P",
    "ANY": "A",
    "COLLECT": "C",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
}
_FEEL = re.compile(r"(?i)feel|https?://www\.omg\.org/spec/(DMN|FEEL)/")


def read(data: bytes, file: str) -> model.Definitions:
    """The definitions of one file; raises NotADecisionFile or DecisionError."""
    try:
        root = markup.read(data, file)
    except markup.BadMarkup as bad:
        raise NotADecisionFile(bad.bare, file=file, line=bad.line) from None
    if local(root) != "definitions" or not _NAMESPACE.fullmatch(markup.namespace(root)):
        raise NotADecisionFile("不是 DMN 文件（根元素应为 DMN 的 definitions）", file=file, line=1)
    return _Reader(root, file).definitions()


class _Reader:
    def __init__(self, root: etree._Element, file: str) -> None:
        self.root, self.file = root, file
        self.language = root.get("expressionLanguage") or "FEEL"

    def fail(self, message: str, element: etree._Element) -> DecisionError:
        return DecisionError(
            message, file=self.file, element=element.get("id") or local(element), line=element.sourceline or 0
        )

    def definitions(self) -> model.Definitions:
        found = model.Definitions(self.file, self.root.get("name", ""), self.root.get("namespace", ""))
        for element in children(self.root):
            kind = local(element)
            if kind in ("inputData", "decision", "businessKnowledgeModel", "decisionService"):
                node = self.node(kind, element)
                if node.id in found.nodes:
                    raise self.fail(f"编号“{node.id}”重复", element)
                found.nodes[node.id] = node
            elif kind == "itemDefinition":
                item = self.item_type(element)
                found.types[item.name] = item
        found.imports = tuple(
            model.Import(
                e.get("name", ""), e.get("namespace", ""), e.get("locationURI", ""), e.sourceline or 0
            )
            for e in children(self.root, "import")
        )
        return found

    # -- nodes ---------------------------------------------------------------------------------------

    def node(self, kind: str, element: etree._Element) -> model.Node:
        variable = child(element, "variable")
        name = _name(element.get("name", ""))
        if not name:
            raise self.fail(f"{kind} 缺少名称", element)
        return model.Node(
            kind,
            element.get("id") or name,
            name,
            self._type(variable) if variable is not None else "",
            element.sourceline or 0,
            self._body(kind, element),
            self._requirements(element),
            *(
                self._refs(element, part)
                for part in ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
            ),
        )

    def _body(self, kind: str, element: etree._Element) -> model.Boxed | None:
        if kind == "businessKnowledgeModel":
            logic = child(element, "encapsulatedLogic")
            return None if logic is None else self.function(logic)
        return self.boxed_in(element) if kind == "decision" else None

    def _requirements(self, element: etree._Element) -> tuple[str, ...]:
        found: list[str] = []
        for requirement in children(element):
            if local(requirement) in ("informationRequirement", "knowledgeRequirement"):
                found.extend(_href(reference) for reference in children(requirement) if reference.get("href"))
        return tuple(found)

    def _refs(self, element: etree._Element, name: str) -> tuple[str, ...]:
        return tuple(_href(reference) for reference in children(element, name) if reference.get("href"))

    def item_type(self, element: etree._Element) -> model.ItemType:
        return model.ItemType(
            _name(element.get("name", "")),
            text_of(child(element, "typeRef")),
            element.get("isCollection") == "true",
            self._optional(child(element, "allowedValues")),
            self._optional(child(element, "typeConstraint")),
            tuple(self.item_type(part) for part in children(element, "itemComponent")),
            element.sourceline or 0,
        )

    def _type(self, element: etree._Element) -> str:
        reference = element.get("typeRef") or text_of(child(element, "typeRef"))
        return re.sub(r"^(feel:|\{[^}]*\})", "", reference)

    def text(self, element: etree._Element) -> model.Text:
        language = element.get("expressionLanguage") or self.language
        foreign = "" if _FEEL.search(language) else language
        return model.Text(
            text_of(element), element.sourceline or 0, element.get("id") or local(element), foreign
        )

    def _optional(self, element: etree._Element | None) -> model.Text | None:
        if element is None:
            return None
        text = self.text(element)
        return text if text.text else None

    # -- boxed expressions ---------------------------------------------------------------------------

    def boxed_in(self, element: etree._Element | None) -> model.Boxed | None:
        """The one boxed expression directly inside an element."""
        for part in children(element) if element is not None else ():
            maker = _BOXES.get(local(part))
            if maker is not None:
                return maker(self, part)
        return None

    def needed(self, element: etree._Element, name: str) -> model.Boxed:
        boxed = self.boxed_in(child(element, name))
        if boxed is None:
            raise self.fail(f"缺少“{name}”的表达式", element)
        return boxed

    def literal(self, element: etree._Element) -> model.Boxed:
        if child(element, "importedValues") is not None:
            raise self.fail("不支持 importedValues", element)
        return model.Literal(self.text(element), self._type(element))

    def context(self, element: etree._Element) -> model.Boxed:
        entries: list[tuple[model.Variable, model.Boxed | None]] = []
        result: model.Boxed | None = None
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            if variable is None:
                result = self.boxed_in(entry)
            else:
                entries.append((self.variable(variable), self.boxed_in(entry)))
        return model.ContextBox(tuple(entries), result)

    def variable(self, element: etree._Element) -> model.Variable:
        return model.Variable(_name(element.get("name", "")), self._type(element))

    def invocation(self, element: etree._Element) -> model.Boxed:
        function = self.boxed_in(element)
        if function is None:
            raise self.fail("调用缺少函数", element)
        bindings = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            name = _name(parameter.get("name", "")) if parameter is not None else ""
            bindings.append((name, self.boxed_in(binding)))
        return model.Invocation(function, tuple(bindings))

    def list_of(self, element: etree._Element) -> model.Boxed:
        return model.ListBox(tuple(self._made(part) for part in children(element) if local(part) in _BOXES))

    def _made(self, element: etree._Element) -> model.Boxed:
        return _BOXES[local(element)](self, element)

    def relation(self, element: etree._Element) -> model.Boxed:
        columns = tuple(_name(column.get("name", "")) for column in children(element, "column"))
        rows = []
        for row in children(element, "row"):
            cells = tuple(self._made(part) for part in children(row) if local(part) in _BOXES)
            if len(cells) != len(columns):
                raise self.fail(f"该行有 {len(cells)} 格，应为 {len(columns)} 格", row)
            rows.append(cells)
        return model.Relation(columns, tuple(rows))

    def function(self, element: etree._Element) -> model.FunctionBox:
        parameters = tuple(self.variable(part) for part in children(element, "formalParameter"))
        kind, line = element.get("kind", "FEEL"), element.sourceline or 0
        return model.FunctionBox(parameters, self.boxed_in(element), kind, line)

    def conditional(self, element: etree._Element) -> model.Boxed:
        return model.Conditional(*(self.needed(element, part) for part in ("if", "then", "else")))

    def filter(self, element: etree._Element) -> model.Boxed:
        return model.FilterBox(self.needed(element, "in"), self.needed(element, "match"))

    def loop(self, element: etree._Element) -> model.Boxed:
        kind = local(element)
        body = self.needed(element, "return" if kind == "for" else "satisfies")
        return model.LoopBox(
            kind, _name(element.get("iteratorVariable", "")), self.needed(element, "in"), body
        )

    # -- tables --------------------------------------------------------------------------------------

    def table(self, element: etree._Element) -> model.Boxed:
        policy = _POLICIES.get(element.get("hitPolicy", "UNIQUE"))
        if policy is None:
            raise self.fail(f"不认识的命中策略“{element.get('hitPolicy')}”", element)
        inputs = tuple(self.input(part) for part in children(element, "input"))
        outputs = tuple(self.output(part) for part in children(element, "output"))
        if not outputs:
            raise self.fail("决策表没有输出列", element)
        rules = tuple(
            self.rule(number, part, len(inputs), len(outputs))
            for number, part in enumerate(children(element, "rule"), 1)
        )
        return model.Table(
            policy,
            element.get("aggregation", ""),
            inputs,
            outputs,
            rules,
            element.sourceline or 0,
            element.get("id") or "decisionTable",
        )

    def input(self, element: etree._Element) -> model.Input:
        expression = child(element, "inputExpression")
        if expression is None:
            raise self.fail("输入列缺少表达式", element)
        text = self.text(expression)
        label = element.get("label") or text.text
        return model.Input(label, text, self._optional(child(element, "inputValues")), self._type(expression))

    def output(self, element: etree._Element) -> model.Output:
        return model.Output(
            _name(element.get("name", "")),
            element.get("label") or element.get("name", ""),
            self._optional(child(element, "outputValues")),
            self._optional(child(element, "defaultOutputEntry")),
            self._type(element),
        )

    def rule(self, number: int, element: etree._Element, inputs: int, outputs: int) -> model.Rule:
        tests = tuple(self.text(part) for part in children(element, "inputEntry"))
        results = tuple(self.text(part) for part in children(element, "outputEntry"))
        if len(tests) != inputs or len(results) != outputs:
            raise self.fail(
                f"第 {number} 行有 {len(tests)} 个条件、{len(results)} 个结果，应为 {inputs} 个和 {outputs} 个",
                element,
            )
        notes = [text_of(part) for part in children(element, "annotationEntry")]
        return model.Rule(number, tests, results, ";".join(filter(None, notes)), element.sourceline or 0)


_BOXES = {
    "literalExpression": _Reader.literal,
    "decisionTable": _Reader.table,
    "context": _Reader.context,
    "invocation": _Reader.invocation,
    "list": _Reader.list_of,
    "relation": _Reader.relation,
    "functionDefinition": _Reader.function,
    "conditional": _Reader.conditional,
    "filter": _Reader.filter,
    "for": _Reader.loop,
    "some": _Reader.loop,
    "every": _Reader.loop,
}


def _href(element: etree._Element) -> str:
    """`#id` of this file, or `namespace#id` of an imported one."""
    reference = element.get("href", "")
    return reference[1:] if reference.startswith("#") else reference


def _name(text: str) -> str:
    return " ".join(text.split())
