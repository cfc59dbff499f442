"""Graphs of decisions: required decisions, knowledge, services, imports, boxed expressions, types."""

import pytest

from tests.workflow.decisions.dmn import NAMESPACE, data, decision, file, literal, table
from ziyuan.workflow.decisions import Decision, DecisionError, NotADecisionFile, UnknownDecision


def value(*parts: str, name: str = "r", context: dict[str, object] | None = None, head: str = "") -> object:
    return Decision.of(file(*parts, head=head)).evaluate(name, context or {}).value


def test_required_decisions_run_first_and_once():
    model = Decision.of(
        file(
            data("x"),
            decision("base", literal("x * 2"), "i:x"),
            decision("left", literal("base + 1"), "d:base"),
            decision("right", literal("base + 2"), "d:base"),
            decision("r", literal("left * right"), "d:left", "d:right"),
        )
    )
    outcome = model.evaluate("r", {"x": 5})
    assert outcome.value == 132
    assert [entry["decision"] for entry in outcome.trace] == ["base", "left", "right", "r"]


def test_a_decision_is_found_by_name_or_id_and_a_wrong_name_gets_the_nearest():
    model = Decision.of(file(decision("审批层级", literal('"county"'))))
    assert model.evaluate("审批层级", {}).value == "county"
    assert model.evaluate("d_审批层级", {}).value == "county"
    with pytest.raises(UnknownDecision, match="审批层级"):
        model.evaluate("审批层次", {})


def test_a_null_of_a_required_decision_tells_its_reason_in_the_trace():
    outcome = Decision.of(
        file(data("x"), decision("a", literal("1 / x"), "i:x"), decision("r", literal("a + 1"), "d:a"))
    ).evaluate("r", {"x": 0})
    assert outcome.value is None
    assert "除数为零" in outcome.trace[0]["reason"]
    assert "不能计算" in outcome.reason.message


def test_decisions_that_need_themselves_are_null_and_told_by_the_check():
    model = Decision.of(file(decision("a", literal("b"), "d:b"), decision("b", literal("a"), "d:a")))
    outcome = model.evaluate("a", {})
    assert outcome.value is None
    assert "循环" in outcome.reason.message
    assert any("循环" in fault.message for fault in model.check())


KNOWLEDGE = (
    '<businessKnowledgeModel id="k" name="fee"><encapsulatedLogic><formalParameter name="area" typeRef="number"/>'
    '<formalParameter name="rate"/>'
    + literal("area * rate")
    + "</encapsulatedLogic></businessKnowledgeModel>"
)


def test_a_business_knowledge_model_is_a_function_in_feel_and_in_boxed_invocation():
    assert value(KNOWLEDGE, decision("r", literal("fee(3, 2)"), knows="k")) == 6
    assert value(KNOWLEDGE, decision("r", literal("fee(rate: 3, area: 4)"), knows="k")) == 12
    box = (
        f"<invocation>{literal('fee')}"
        f'<binding><parameter name="area"/>{literal("5")}</binding>'
        f'<binding><parameter name="rate"/>{literal("2")}</binding></invocation>'
    )
    assert value(KNOWLEDGE, decision("r", box, knows="k")) == 10
    assert value(KNOWLEDGE, decision("r", literal('fee("x", 2)'), knows="k")) is None


def test_a_business_knowledge_model_can_be_called_from_outside():
    assert Decision.of(file(KNOWLEDGE)).invoke("fee", {"area": 2, "rate": 4}).value == 8


SERVICE = (
    '<decisionService id="s" name="service"><outputDecision href="#d_r"/><encapsulatedDecision href="#d_mid"/>'
    '<inputDecision href="#d_given"/><inputData href="#i_x"/></decisionService>'
)
SERVED = (
    data("x"),
    decision("given", literal("100"), "i:x"),
    decision("mid", literal("given + x"), "i:x", "d:given"),
    decision("r", literal("mid * 2"), "d:mid"),
)


def test_a_service_takes_its_input_decisions_from_the_caller():
    model = Decision.of(file(*SERVED, SERVICE))
    assert model.evaluate_service("service", {"x": 1, "given": 5}).value == 12
    assert model.evaluate("r", {"x": 1}).value == 202


def test_a_service_is_a_function_for_decisions_that_know_it():
    caller = decision("call", literal("service(1, 5)"), knows="s")
    assert value(*SERVED, SERVICE, caller, name="call") == 12


CONTEXT_BOX = (
    f'<context><contextEntry><variable name="a"/>{literal("x + 1")}</contextEntry>'
    f'<contextEntry><variable name="b c"/>{literal("a * 2")}</contextEntry>'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (CONTEXT_BOX + "</context>", {"a": 6, "b c": 12}),
        (CONTEXT_BOX + f"<contextEntry>{literal('b c + a')}</contextEntry></context>", 18),
        (f"<list>{literal('x')}{literal('x + 1')}</list>", [5, 6]),
        (
            f'<relation><column name="k"/><column name="v"/><row>{literal("1")}{literal("x")}</row>'
            f"<row>{literal('2')}{literal('null')}</row></relation>",
            [{"k": 1, "v": 5}, {"k": 2, "v": None}],
        ),
        (
            f"<conditional><if>{literal('x > 3')}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>",
            1,
        ),
        (f"<filter><in>{literal('[1, x, 9]')}</in><match>{literal('item > 3')}</match></filter>", [5, 9]),
        (
            f'<for iteratorVariable="i"><in>{literal("1..3")}</in><return>{literal("i * x")}</return></for>',
            None,
        ),
        (
            f'<for iteratorVariable="i"><in>{literal("[1..3]")}</in><return>{literal("i * x")}</return></for>',
            [5, 10, 15],
        ),
        (
            f'<for iteratorVariable="i"><in>{literal("[1,2]")}</in><return>{literal("count(partial)")}</return></for>',
            [0, 1],
        ),
        (
            f'<some iteratorVariable="i"><in>{literal("[1,9]")}</in><satisfies>{literal("i > x")}</satisfies></some>',
            True,
        ),
        (
            f'<every iteratorVariable="i"><in>{literal("[1,9]")}</in><satisfies>{literal("i > x")}</satisfies></every>',
            False,
        ),
    ],
)
def test_each_boxed_expression_has_its_value(body, expected):
    assert value(data("x"), decision("r", body, "i:x"), context={"x": 5}) == expected


def test_a_boxed_function_is_a_value_that_can_be_called():
    box = (
        f'<context><contextEntry><variable name="f"/><functionDefinition><formalParameter name="n"/>{literal("n * 2")}'
        f"</functionDefinition></contextEntry><contextEntry>{literal('f(4)')}</contextEntry></context>"
    )
    assert value(decision("r", box)) == 8


TYPES = (
    '<itemDefinition name="kind"><typeRef>string</typeRef><allowedValues><text>"a", "b"</text></allowedValues></itemDefinition>'
    '<itemDefinition name="plot"><itemComponent name="area"><typeRef>number</typeRef></itemComponent>'
    '<itemComponent name="土地 用途"><typeRef>kind</typeRef></itemComponent></itemDefinition>'
    '<itemDefinition name="plots" isCollection="true"><typeRef>plot</typeRef></itemDefinition>'
)


def test_values_are_checked_against_item_definitions():
    parts = (data("p", "plots"), decision("r", literal("sum(p.area)"), "i:p"))
    good = {"p": [{"area": 1, "土地 用途": "a"}, {"area": 2, "土地 用途": "b"}]}
    assert value(*parts, context=good, head=TYPES) == 3
    model = Decision.of(file(*parts, head=TYPES))
    wrong = model.evaluate("r", {"p": [{"area": "x", "土地 用途": "a"}]})
    assert wrong.value is None
    assert model.evaluate("r", {"p": {"area": 7, "土地 用途": "a"}}).value == 7


def test_names_of_components_may_hold_blanks():
    parts = (data("p", "plot"), decision("r", literal("p.土地 用途"), "i:p"))
    assert value(*parts, context={"p": {"area": 1, "土地 用途": "b"}}, head=TYPES) == "b"


def test_a_result_of_the_wrong_type_is_null():
    assert value(decision("r", literal('"x"'), kind="number")) is None
    assert value(decision("r", literal("[5]"), kind="number")) == 5


def test_a_file_imports_others_of_its_folder(tmp_path):
    (tmp_path / "base.dmn").write_bytes(
        file(data("x"), decision("twice", literal("x * 2"), "i:x"), KNOWLEDGE, own="urn:base")
    )
    main = (
        '<import name="base" namespace="urn:base" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
        '<decision id="d_r" name="r"><variable name="r"/>'
        '<informationRequirement><requiredDecision href="urn:base#d_twice"/></informationRequirement>'
        '<knowledgeRequirement><requiredKnowledge href="urn:base#k"/></knowledgeRequirement>'
        + literal("base.twice + base.fee(2, 3)")
        + "</decision>"
    )
    (tmp_path / "main.dmn").write_bytes(file(main))
    assert Decision.load(tmp_path / "main.dmn").evaluate("r", {"x": 5}).value == 16


def test_a_missing_import_is_named(tmp_path):
    head = '<import name="b" namespace="urn:none" importType="x"/>'
    asking = decision("a", literal("b.x"), knows="k").replace("#k", "urn:none#k")
    (tmp_path / "main.dmn").write_bytes(file(asking, decision("c", literal("3")), head=head))
    model = Decision.load(tmp_path / "main.dmn")
    assert model.evaluate("c", {}).value == 3
    assert "urn:none" in model.evaluate("a", {}).reason.message
    assert any("urn:none" in fault.message and fault.line for fault in model.check())


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        NAMESPACE,
    ],
)
def test_editions_1_2_to_1_5_are_read(namespace):
    assert Decision.of(file(decision("r", literal("1")), namespace=namespace)).evaluate("r", {}).value == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "是空的"),
        (b"no xml", "开头应为“<”"),
        (b"<definitions xmlns='urn:x'/>", "不是 DMN"),
        (b"<!DOCTYPE d [<!ENTITY a 'b'>]><definitions/>", "DTD"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_and_where(text, said):
    with pytest.raises(DecisionError, match=said):
        Decision.of(text, "t.dmn")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ('<decision id="a"/>', "缺少名称"),
        (decision("ok", literal("2")), "重复"),
        (decision("a", table(["x"], ["y"], ["- | - => 1"])), "第 1 行"),
        (decision("a", "<invocation/>"), "调用缺少函数"),
        (decision("a", f"<conditional><if>{literal('true')}</if></conditional>"), "then"),
        (decision("a", '<decisionTable hitPolicy="BEST"/>'), "BEST"),
    ],
)
def test_a_broken_element_spoils_only_itself_and_is_told_by_the_check(bad, said):
    model = Decision.of(file(decision("ok", literal("1")), bad))
    assert model.evaluate("ok", {}).value == 1
    assert any(said in fault.message and fault.line for fault in model.check())


def test_a_missing_file_is_one_clear_error(tmp_path):
    with pytest.raises(NotADecisionFile, match="无法读取"):
        Decision.load(tmp_path / "none.dmn")


def test_another_language_or_an_external_function_spoils_only_its_own_decision():
    foreign = literal("1").replace("<literalExpression>", '<literalExpression expressionLanguage="urn:java">')
    external = (
        '<businessKnowledgeModel id="k" name="k"><encapsulatedLogic kind="Java"><formalParameter name="x"/>'
        f"{literal('1')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    model = Decision.of(
        file(
            external,
            decision("a", foreign),
            decision("b", literal("k(1)"), knows="k"),
            decision("c", literal("3")),
        )
    )
    assert model.evaluate("c", {}).value == 3
    assert "urn:java" in model.evaluate("a", {}).reason.message
    assert model.evaluate("b", {}).value is None
    assert {("urn:java" in f.message, "Java" in f.message) for f in model.check()} == {
        (True, False),
        (False, True),
    }


def test_a_constraint_of_a_collection_looks_at_the_whole(tmp_path):
    head = (
        '<itemDefinition name="few" isCollection="true"><typeRef>number</typeRef>'
        "<typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>"
    )
    parts = (data("p", "few"), decision("r", literal("sum(p)"), "i:p"))
    assert value(*parts, context={"p": [1, 2]}, head=head) == 3
    assert value(*parts, context={"p": [1, 2, 3]}, head=head) is None


def test_inputs_of_an_imported_file_may_stand_below_its_prefix(tmp_path):
    (tmp_path / "base.dmn").write_bytes(
        file(data("x"), decision("twice", literal("x * 2"), "i:x"), own="urn:base")
    )
    main = (
        '<import name="base" namespace="urn:base" importType="x"/><decision id="d_r" name="r"><informationRequirement>'
        '<requiredDecision href="urn:base#d_twice"/></informationRequirement>'
        + literal("base.twice")
        + "</decision>"
    )
    (tmp_path / "main.dmn").write_bytes(file(main))
    assert Decision.load(tmp_path / "main.dmn").evaluate("r", {"base": {"x": 4}, "x": 1}).value == 8
