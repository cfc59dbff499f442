"""Boxed expressions, tables and FEEL texts of DMN XML to `model`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from ziyuan.base.markup import child, children, local, text_of
from ziyuan.workflow.decisions import model
from ziyuan.workflow.decisions.errors import DecisionError

DEEPEST = 100  # boxes within boxes
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


def name_of(text: str) -> str:
    """A name with its blanks as one space each."""
    return " ".join(text.split())


class Boxes:
    """Reads what stands inside the nodes of one file; `spaces` are the import names by namespace."""

    def __init__(self, file: str, language: str, namespace: str, spaces: Mapping[str, str]) -> None:
        self.file, self.language, self.namespace, self.spaces = file, language, namespace, spaces
        self.depth = 0

    def fail(self, message: str, element: etree._Element) -> DecisionError:
        name = element.get("id") or local(element)
        return DecisionError(message, file=self.file, element=name, line=element.sourceline or 0)

    # -- texts, names, types -------------------------------------------------------------------------

    def text(self, element: etree._Element) -> model.Text:
        language = element.get("expressionLanguage") or self.language
        foreign = "" if _FEEL.search(language) else language
        name = element.get("id") or local(element)
        return model.Text(text_of(element), element.sourceline or 0, name, foreign)

    def optional(self, element: etree._Element | None) -> model.Text | None:
        text = self.text(element) if element is not None else None
        return text if text is not None and text.text else None

    def variable(self, element: etree._Element) -> model.Variable:
        return model.Variable(name_of(element.get("name", "")), self.type_of(element))

    def type_of(self, element: etree._Element) -> str:
        """The type an element names, as an attribute (from 1.2) or an element."""
        inner = child(element, "typeRef")
        return self.reference(element.get("typeRef") or (text_of(inner) if inner is not None else ""), element)

    def reference(self, text: str, element: etree._Element) -> str:
        """A type reference without its XML prefix or `{namespace}`; one of an import as `import.name`."""
        reference = name_of(text)
        if reference.startswith("{"):
            space, _, name = reference[1:].partition("}")
        elif ":" in reference and "<" not in reference:
            prefix, _, name = reference.partition(":")
            space = element.nsmap.get(prefix) or ("FEEL" if prefix == "feel" else "")
            if not space:
                return reference
        else:
            return reference
        imported = self.spaces.get(space) if space != self.namespace else None
        return f"{imported}.{name.strip()}" if imported else name.strip()

    # -- boxed expressions ---------------------------------------------------------------------------

    def inside(self, element: etree._Element | None) -> model.Boxed | None:
        """The one boxed expression directly inside an element."""
        for part in children(element) if element is not None else ():
            if local(part) in _KINDS:
                return self.box(part)
        return None

    def box(self, element: etree._Element) -> model.Boxed:
        self.depth += 1
        try:
            if self.depth > DEEPEST:
                raise self.fail("表达式框嵌套过深", element)
            return _KINDS[local(element)](self, element)
        except DecisionError as bad:
            return model.Broken(bad.bare, bad.element, bad.line)
        finally:
            self.depth -= 1

    def needed(self, element: etree._Element, name: str) -> model.Boxed:
        boxed = self.inside(child(element, name))
        if boxed is None:
            raise self.fail(f"缺少“{name}”的表达式", element)
        return boxed

    def literal(self, element: etree._Element) -> model.Boxed:
        if child(element, "importedValues") is not None:
            raise self.fail("不支持 importedValues", element)
        return model.Literal(self.text(element))

    def context(self, element: etree._Element) -> model.Boxed:
        entries: list[tuple[model.Variable, model.Boxed | None]] = []
        result: model.Boxed | None = None
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            if variable is None or not variable.get("name", "").strip():
                result = self.inside(entry)
            else:
                entries.append((self.variable(variable), self.inside(entry)))
        names = [variable.name for variable, _ in entries]
        if len(set(names)) < len(names):
            raise self.fail("上下文中有重复的项名", element)
        return model.ContextBox(tuple(entries), result)

    def invocation(self, element: etree._Element) -> model.Boxed:
        function = self.inside(element)
        if function is None:
            raise self.fail("调用缺少函数", element)
        bindings = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            name = name_of(parameter.get("name", "")) if parameter is not None else ""
            bindings.append((name, self.inside(binding)))
        return model.Invocation(function, tuple(bindings))

    def list_of(self, element: etree._Element) -> model.Boxed:
        return model.ListBox(tuple(self.box(part) for part in children(element) if local(part) in _KINDS))

    def relation(self, element: etree._Element) -> model.Boxed:
        columns = tuple(name_of(column.get("name", "")) for column in children(element, "column"))
        rows = []
        for row in children(element, "row"):
            cells = tuple(self.box(part) for part in children(row) if local(part) in _KINDS)
            if len(cells) != len(columns):
                raise self.fail(f"该行有 {len(cells)} 格，应为 {len(columns)} 格", row)
            rows.append(cells)
        return model.Relation(columns, tuple(rows))

    def function(self, element: etree._Element) -> model.FunctionBox:
        parameters = tuple(self.variable(part) for part in children(element, "formalParameter"))
        kind, line = element.get("kind", "FEEL"), element.sourceline or 0
        return model.FunctionBox(parameters, self.inside(element), kind, line, self.type_of(element))

    def conditional(self, element: etree._Element) -> model.Boxed:
        return model.Conditional(*(self.needed(element, part) for part in ("if", "then", "else")))

    def filter(self, element: etree._Element) -> model.Boxed:
        return model.FilterBox(self.needed(element, "in"), self.needed(element, "match"))

    def loop(self, element: etree._Element) -> model.Boxed:
        kind = local(element)
        body = self.needed(element, "return" if kind == "for" else "satisfies")
        name = name_of(element.get("iteratorVariable", ""))
        if not name:
            raise self.fail("循环缺少变量名(iteratorVariable)", element)
        return model.LoopBox(kind, name, self.needed(element, "in"), body)

    # -- tables --------------------------------------------------------------------------------------

    def table(self, element: etree._Element) -> model.Boxed:
        policy = _POLICIES.get(" ".join(element.get("hitPolicy", "UNIQUE").split()))
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
        line, name = element.sourceline or 0, element.get("id") or "decisionTable"
        return model.Table(policy, element.get("aggregation", ""), inputs, outputs, rules, line, name)

    def input(self, element: etree._Element) -> model.Input:
        expression = child(element, "inputExpression")
        if expression is None:
            raise self.fail("输入列缺少表达式", element)
        text = self.text(expression)
        label = element.get("label") or text.text
        return model.Input(label, text, self.optional(child(element, "inputValues")), self.type_of(expression))

    def output(self, element: etree._Element) -> model.Output:
        return model.Output(
            name_of(element.get("name", "")),
            element.get("label") or element.get("name", ""),
            self.optional(child(element, "outputValues")),
            self.optional(child(element, "defaultOutputEntry")),
            self.type_of(element),
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
        notes = notes or [text_of(child(element, "description"))]
        return model.Rule(number, tests, results, "；".join(filter(None, notes)), element.sourceline or 0)


_KINDS = {
    "literalExpression": Boxes.literal,
    "decisionTable": Boxes.table,
    "context": Boxes.context,
    "invocation": Boxes.invocation,
    "list": Boxes.list_of,
    "relation": Boxes.relation,
    "functionDefinition": Boxes.function,
    "conditional": Boxes.conditional,
    "filter": Boxes.filter,
    "for": Boxes.loop,
    "some": Boxes.loop,
    "every": Boxes.loop,
}
