"""Small DMN files written by hand-made text, for the tests."""

from xml.sax.saxutils import escape

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def file(*parts: str, namespace: str = NAMESPACE, own: str = "urn:test", head: str = "") -> bytes:
    text = f'<definitions xmlns="{namespace}" id="d" name="t" namespace="{own}">{head}{"".join(parts)}</definitions>'
    return text.encode()


def data(name: str, kind: str = "") -> str:
    return f'<inputData id="i_{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'


def decision(name: str, body: str, *needs: str, kind: str = "", knows: str = "") -> str:
    """`needs` are names of inputs (`i:x`) and decisions (`d:y`); `knows` the id of a business knowledge model."""
    required = "".join(
        f'<informationRequirement><required{"Input" if need[0] == "i" else "Decision"} href="#{need[0]}_{need[2:]}"/>'
        "</informationRequirement>"
        for need in needs
    )
    known = (
        f'<knowledgeRequirement><requiredKnowledge href="#{knows}"/></knowledgeRequirement>' if knows else ""
    )
    variable = f'<variable name="{name}" typeRef="{kind}"/>'
    return f'<decision id="d_{name}" name="{name}">{variable}{required}{known}{body}</decision>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def table(
    inputs: list[str],
    outputs: list[str],
    rules: list[str],
    policy: str = "UNIQUE",
    more: str = "",
    allowed: dict[str, str] | None = None,
    defaults: dict[str, str] | None = None,
) -> str:
    """Rules are written `cell | cell => cell | cell`; allowed values and defaults by column."""
    allowed, defaults = allowed or {}, defaults or {}
    columns = "".join(
        f"<input><inputExpression><text>{escape(text)}</text></inputExpression>{_part('inputValues', allowed.get(text))}</input>"
        for text in inputs
    )
    columns += "".join(
        f'<output name="{name}">{_part("outputValues", allowed.get(name))}{_part("defaultOutputEntry", defaults.get(name))}'
        "</output>"
        for name in outputs
    )
    rows = ""
    for rule in rules:
        tests, _, results = rule.partition("=>")
        cells = "".join(_part("inputEntry", cell.strip()) for cell in tests.split("|")) if inputs else ""
        rows += f"<rule>{cells}{''.join(_part('outputEntry', cell.strip()) for cell in results.split('|'))}</rule>"
    return f'<decisionTable id="table" hitPolicy="{policy}" {more}>{columns}{rows}</decisionTable>'


def _part(tag: str, text: str | None) -> str:
    return "" if text is None else f"<{tag}><text>{escape(text)}</text></{tag}>"
