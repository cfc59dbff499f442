"""Decision files from plain data (the YAML of `cases/`), so that a case reads like its sentence in the specification.

A box is a text (literal expression) or a mapping whose first key names its kind. `name: type` declares a type.
"""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.workflow.decisions.dmn import NAMESPACE

_SERVED = {
    "out": "outputDecision",
    "encapsulated": "encapsulatedDecision",
    "decisions": "inputDecision",
    "data": "inputData",
}


def written(told: Mapping[str, Any], namespace: str = NAMESPACE) -> bytes:
    """The DMN XML of `{namespace, imports, types, nodes}`."""
    own = told.get("namespace", "urn:own")
    parts = [_import(*item) for item in told.get("imports", ())]
    parts += [_item("itemDefinition", name, item) for name, item in told.get("types", {}).items()]
    nodes = told.get("nodes", {})
    kinds = {_name(key)[0]: key for key in nodes}
    parts += [_node(key, node, kinds, nodes) for key, node in nodes.items()]
    head = f'<definitions xmlns="{namespace}" xmlns:own="{own}" xmlns:feel="urn:feel" id="d" name="t" namespace="{own}">'
    return (head + "".join(parts) + "</definitions>").encode()


def _import(name: str, namespace: str, location: str = "") -> str:
    place = f' locationURI="{location}"' if location else ""
    return f'<import name={quoteattr(name)} namespace="{namespace}" importType="{NAMESPACE}"{place}/>'


def _item(tag: str, name: str, item: Any) -> str:
    item = {"is": item} if isinstance(item, str) else item
    inner = f"<typeRef>{escape(item['is'])}</typeRef>" if "is" in item else ""
    inner += _text("allowedValues", item.get("allowed")) + _text("typeConstraint", item.get("whole"))
    inner += "".join(_item("itemComponent", key, part) for key, part in item.get("has", {}).items())
    if "takes" in item:
        takes = "".join(f'<parameters name="p{i}" typeRef="{kind}"/>' for i, kind in enumerate(item["takes"]))
        inner += f'<functionItem outputTypeRef="{item["gives"]}">{takes}</functionItem>'
    many = ' isCollection="true"' if item.get("many") else ""
    return f"<{tag} name={quoteattr(name)}{many}>{inner}</{tag}>"


def _text(tag: str, text: str | None) -> str:
    return "" if text is None else f"<{tag}><text>{escape(str(text))}</text></{tag}>"


def _name(key: str) -> tuple[str, str]:
    name, _, kind = key.partition(": ")
    return name, kind


def _node(key: str, node: Any, kinds: Mapping[str, str], nodes: Mapping[str, Any]) -> str:
    name, kind = _name(key)
    typed = f"<variable name={quoteattr(name)}" + (f" typeRef={quoteattr(kind)}/>" if kind else "/>")
    if node is None:
        return f"<inputData id={quoteattr('i ' + name)} name={quoteattr(name)}>{typed}</inputData>"
    if "service" in node:
        refs = "".join(
            f"<{tag} href={quoteattr(_href(target, kinds, nodes))}/>"
            for part, tag in _SERVED.items()
            for target in node["service"].get(part, ())
        )
        return f"<decisionService id={quoteattr('s ' + name)} name={quoteattr(name)}>{typed}{refs}</decisionService>"
    needs = "".join(_need(target, kinds, nodes) for target in node.get("needs", ()))
    if "function" in node:
        logic = box(node).replace("functionDefinition", "encapsulatedLogic", 1)
        logic = logic.removesuffix("</functionDefinition>") + "</encapsulatedLogic>"
        tag = "businessKnowledgeModel"
        return f"<{tag} id={quoteattr('k ' + name)} name={quoteattr(name)}>{typed}{logic}{needs}</{tag}>"
    body = box(node["is"]) if node.get("is") is not None else ""
    return f"<decision id={quoteattr('d ' + name)} name={quoteattr(name)}>{typed}{needs}{body}</decision>"


def _href(target: str, kinds: Mapping[str, str], nodes: Mapping[str, Any]) -> str:
    """`name` of this file, `service name` for a service that shares a decision's name, or `namespace#id`."""
    if "#" in target:
        return target
    if target in kinds:
        node = nodes[kinds[target]]
        mark = "i" if node is None else "s" if "service" in node else "k" if "function" in node else "d"
        return f"#{mark} {target}"
    return f"#{target}"


def _need(target: str, kinds: Mapping[str, str], nodes: Mapping[str, Any]) -> str:
    href = _href(target, kinds, nodes)
    mark = href.partition("#")[2][:1]
    tag = {"i": "requiredInput", "d": "requiredDecision"}.get(mark, "requiredKnowledge")
    outer = "knowledgeRequirement" if tag == "requiredKnowledge" else "informationRequirement"
    return f"<{outer}><{tag} href={quoteattr(href)}/></{outer}>"


# -- boxes -------------------------------------------------------------------------------------------------


def box(told: Any) -> str:
    if not isinstance(told, Mapping):
        return f"<literalExpression><text>{escape(str(told))}</text></literalExpression>"
    kind = next(iter(told))
    return str(_BOXES[kind](told))


def _table(told: Mapping[str, Any]) -> str:
    table = told["table"]
    limits, defaults, kinds = (table.get(key, {}) for key in ("allowed", "defaults", "types"))
    columns = "".join(
        f"<input><inputExpression><text>{escape(text)}</text></inputExpression>{_text('inputValues', limits.get(text))}</input>"
        for text in table.get("in", ())
    )
    columns += "".join(
        f"<output name={quoteattr(name)} typeRef={quoteattr(kinds.get(name, ''))}>{_text('outputValues', limits.get(name))}"
        f"{_text('defaultOutputEntry', defaults.get(name))}</output>"
        for name in table.get("out", [""])
    )
    rows = ""
    for rule in table["rules"]:
        tests, _, results = rule.partition("=>")
        cells = [_text("inputEntry", cell.strip()) for cell in tests.split("|")] if table.get("in") else []
        rows += f"<rule>{''.join(cells)}{''.join(_text('outputEntry', cell.strip()) for cell in results.split('|'))}</rule>"
    sums = f' aggregation="{table["sum"]}"' if "sum" in table else ""
    return f'<decisionTable hitPolicy="{table.get("policy", "UNIQUE")}"{sums}>{columns}{rows}</decisionTable>'


def _variable(key: str, tag: str = "variable") -> str:
    name, kind = _name(key)
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    return f"<{tag} name={quoteattr(name)}{typed}/>"


def _context(told: Mapping[str, Any]) -> str:
    entries = "".join(
        f"<contextEntry>{_variable(key) if key != '=' else ''}{box(value)}</contextEntry>"
        for key, value in told["context"].items()
    )
    return f"<context>{entries}</context>"


def _invocation(told: Mapping[str, Any]) -> str:
    given = told.get("with", {}).items()
    bindings = "".join(f"<binding>{_variable(key, 'parameter')}{box(value)}</binding>" for key, value in given)
    return f"<invocation>{box(told['invoke'])}{bindings}</invocation>"


def _relation(told: Mapping[str, Any]) -> str:
    columns = "".join(f"<column name={quoteattr(name)}/>" for name in told["relation"])
    rows = "".join(f"<row>{''.join(map(box, row))}</row>" for row in told["rows"])
    return f"<relation>{columns}{rows}</relation>"


def _function(told: Mapping[str, Any]) -> str:
    parameters = "".join(_variable(key, "formalParameter") for key in told["function"])
    kind = f' kind="{told["kind"]}"' if "kind" in told else ""
    gives = f' typeRef="{told["gives"]}"' if "gives" in told else ""
    return f"<functionDefinition{kind}{gives}>{parameters}{box(told['body'])}</functionDefinition>"


def _conditional(told: Mapping[str, Any]) -> str:
    return f"<conditional>{''.join(f'<{part}>{box(told[part])}</{part}>' for part in ('if', 'then', 'else'))}</conditional>"


def _filter(told: Mapping[str, Any]) -> str:
    return f"<filter><in>{box(told['filter'])}</in><match>{box(told['match'])}</match></filter>"


def _loop(kind: str, body: str) -> Any:
    def made(told: Mapping[str, Any]) -> str:
        inner = f"<in>{box(told['in'])}</in><{body}>{box(told[body])}</{body}>"
        return f"<{kind} iteratorVariable={quoteattr(told[kind])}>{inner}</{kind}>"

    return made


_BOXES: dict[str, Any] = {
    "table": _table,
    "context": _context,
    "list": lambda told: f"<list>{''.join(map(box, told['list']))}</list>",
    "invoke": _invocation,
    "relation": _relation,
    "function": _function,
    "if": _conditional,
    "filter": _filter,
    "for": _loop("for", "return"),
    "some": _loop("some", "satisfies"),
    "every": _loop("every", "satisfies"),
}
