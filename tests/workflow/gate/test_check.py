"""The gate finds each planted fault, names its place, and finds nothing else in a good pack."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from ziyuan.kernel import service as kernel
from ziyuan.workflow.gate.check import check_pack
from ziyuan.workflow.gate.cli import commands

HOME, MODULE = next(one for one in kernel.pack_folders() if one[0].name == "use_control")
MATTER = "matters/site_review/matter.yaml"
PROCESS = "matters/site_review/process.bpmn"
ROUTE = "matters/site_review/route.dmn"
FORM = "matters/site_review/form.json"


@pytest.fixture
def pack(tmp_path) -> Path:
    copy = tmp_path / HOME.name
    shutil.copytree(HOME, copy)
    return copy


def errors(pack: Path) -> list[str]:
    return [f.text() for f in check_pack(pack, MODULE) if f.severity == "error"]


def plant(pack: Path, file: str, old: str, new: str) -> None:
    path = pack / file
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_good_pack_has_no_fault(pack):
    assert errors(pack) == []


def test_a_role_of_several_levels_is_a_list_of_them(pack):
    plant(pack, "pack.yaml", "{title: 市级审核人, level: city}", "{title: 市级审核人, level: [city, province]}")
    plant(pack, PROCESS, 'zy:role="province_chief"', 'zy:role="city_reviewer"')
    assert errors(pack) == []


@pytest.mark.parametrize("file", ["pack.yaml", MATTER, "quality.yaml"])
def test_a_text_that_is_no_utf8_says_so(pack, file):
    (pack / file).write_bytes((pack / file).read_bytes() + "\n# 说明".encode("gb18030"))
    assert any(file.rsplit("/", 1)[-1] in text and "不是 UTF-8 编码" in text for text in errors(pack)), errors(pack)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("pack.yaml", "owner: 用途管制处", "ownr: 用途管制处", "最接近的是“owner”"),
        ("pack.yaml", "tdt1057@2020/DLTB", "tdt1057@2020/DLTBX", "没有图层“tdt1057@2020/DLTBX”"),
        (
            "pack.yaml",
            "county_chief: {title: 县级负责人, level: county}",
            "",
            "岗位“county_chief”不在 pack.yaml",
        ),
        ("pack.yaml", "{title: 市级审核人, level: city}", "{title: 市级审核人, level: [city, town]}", "几级的写成列表"),
        ("pack.yaml", "{title: 市级审核人, level: city}", "{title: 市级审核人}", "roles.city_reviewer"),
        ("pack.yaml", "{title: 市级审核人, level: city}", "{title: 市级审核人, level: province}",
         "岗位“city_reviewer”是 province 的岗位,这里写的是 city;请改写层级或岗位,或在 pack.yaml 的"),
        ("quality.yaml", "rights: done", "rights: {", "不是合法的 YAML:"),
        ("quality.yaml", "rights: done", "", "quality.yaml rights:台账缺少这一条"),
        ("quality.yaml", "rights: done", "rights: {state: todo}", "应写明理由"),
        ("quality.yaml", "rights: done", "rights: finished", "状态应为"),
        ("quality.yaml", "rights: done", "rights: done\nrihgts: done", "台账中没有这一条"),
        (MATTER, "title: 建设项目用地预审与选址\n", "titel: 建设项目用地预审与选址\n", "最接近的是“title”"),
        (MATTER, "basis:\n", "basis: []\nphrases2:\n", "不认识的键"),
        (MATTER, "form.project_name", "form.projct_name", "最接近的是“project_name”"),
        (MATTER, "areas.farmland", "area.farmland", "没有名为“area”的名称"),
        (MATTER, "farmland_area > 0", "farmland_are > 0", "没有名为“farmland_are”的名称"),
        (MATTER, "farmland_area > 0", "farmland_area >", "表达式不完整"),
        (MATTER, "proofs_present]", "proofs_presnt]", "没有函数“proofs_presnt”"),
        (MATTER, "results/opinion.typ", "results/opinon.typ", "没有文件 results/opinon.typ"),
        (MATTER, "{kind: archive.file}", "{kind: archive.fil}", "没有组件登记效力“archive.fil”"),
        (MATTER, "ZSBH: document.no", "ZSBHX: document.no", "没有字段“ZSBHX”"),
        (MATTER, "XMMC: form.project_name", "", "必填字段“XMMC”没有给值"),
        (MATTER, "land_control@2021/XSHX", "tdt1057@2020/DLTB", "由汇交形成,不由案件写入"),
        (
            MATTER,
            "valid_months: use_control.site_review.valid_months",
            "valid_months: use_control.x",
            "不是以月计的参数",
        ),
        (
            MATTER,
            "use_control.site_review.promised_days",
            "use_control.site_review.promise",
            "没有参数“use_control.site_review.promise”",
        ),
        (MATTER, "{serial:05d}'", "'", "没有流水号"),
        (MATTER, "〔{year}〕{region}{serial:04d}", "〔{year}〕{serial:04d}", "不写会重号"),
        (MATTER, "{year}{serial:05d}号", "{yeer}{serial:05d}号", "编号式样"),
        (MATTER, "stops: [补正", "stops: [喝茶", "法律没有规定这种停表"),
        (MATTER, "public: [applicant", "public: [contact", "没有打印这一项"),
        (MATTER, "nobody_found: stop", "nobody_found: pass", "policies.nobody_found 应为 clerk、stop"),
        (MATTER, "open: [due.promised]", "open: [due.promisd]", "事项中没有这一项"),
        (
            MATTER,
            "archive: {class: 行政审批/用地预审与选址, keep: 30年, starts: closed}",
            "archive: {class: x, starts: closed}",
            "archive.keep",
        ),
        (
            "parameters/promised_days.yaml",
            "2019-09-17: 10",
            "2019-09-17: 30",
            "承诺期限 30 个工作日,长于法定的 20",
        ),
        ("parameters/promised_days.yaml", "unit: working_day", "unit: month", "单位应为 working_day"),
        (PROCESS, 'zy:role="county_clerk"', 'zy:role="county_clerck"', "岗位“county_clerck”"),
        (PROCESS, 'zy:allow="agree refuse', 'zy:allow="agree refus', "没有动作“refus”"),
        (PROCESS, 'zy:decision="route"', 'zy:decision="rout"', "没有决策“rout”"),
        (PROCESS, 'endEvent id="refused"', 'endEvent id="declined"', ""),
        (PROCESS, 'route = "county"', 'rout = "county"', "没有名为“rout”的名称"),
        (PROCESS, "<userTask", "<complexGateway", ""),
        (ROUTE, 'hitPolicy="FIRST"', 'hitPolicy="UNIQUE"', ""),
        (ROUTE, "&gt; 1", "&gt;", ""),
        (FORM, '"project_name", "project_code", ', '"project_code", ', "字段应在版面中出现一次,现为 0 次"),
        (FORM, '"enumTitles": ["县级", ', '"enumTitles": [', "个数不同"),
        (FORM, '"field": "investment"', '"field": "investments"', "规则所指的字段"),
        (FORM, "declared_area <= 100000", "declared_aera <= 100000", "没有名为“declared_aera”的名称"),
        (FORM, '"type": "object"', '"type": "thing"', "表单不可用"),
        (FORM, '"type": "object",', '"type": "object"', "表单不可用:第"),
        (FORM, '"print"', '"prnt"', "表单没有这一部分"),
        (
            "checks.py",
            "from decimal import Decimal",
            "import ninja\nfrom decimal import Decimal",
            "业务包不得引用 ninja",
        ),
        ("rules.py", "from decimal", "import django\nfrom decimal", "rules.py 应为纯函数"),
    ],
)
def test_a_planted_fault_is_found(pack, file, old, new, says):
    plant(pack, file, old, new)
    found = errors(pack)
    assert found
    assert any(says in text for text in found), found


@pytest.mark.parametrize("name", ["views.py", "urls.py", "pages/list.html"])
def test_web_code_in_a_pack_is_found(pack, name):
    path = pack / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("", encoding="utf-8")
    assert any(name in text and "网页" in text for text in errors(pack))


@pytest.mark.parametrize(
    ("example", "old", "new", "says"),
    [
        ("county-agrees", "due: 2024-05-15", "due: 2024-05-16", "due 应为 2024-05-16,实为 2024-05-15"),
        ("county-agrees", "then:", "than:", "不认识的键|应写明"),
        ("county-agrees", "at: county_decide", "at: city_decide", "第 2 步:不能执行"),
        ("county-agrees", ", day: 2024-04-29", ", on: 2024-04-29", "when 有不认识的键"),
        (
            "farmland-needs-proof",
            ", refused: 缺少材料:占用永久基本农田不可避让论证",
            "",
            "第 1 步:不能执行:缺少材料",
        ),
        ("province-decides", "refused: 现在没有待办", "refused: 另一个理由", "第 3 步"),
        ("area-in-square-metres", "如为平方米", "如为亩", "表单问题应为"),
    ],
)
def test_an_example_that_does_not_hold_is_found(pack, example, old, new, says):
    plant(pack, f"matters/site_review/examples/{example}.yaml", old, new)
    found = errors(pack)
    assert any(f"{example}.yaml" in text and any(s in text for s in says.split("|")) for text in found), found


@pytest.mark.parametrize(("gone", "says"), [("county-refuses", "没有“不予通过”的示例"), ("clock-stops", "")])
def test_a_refusal_and_a_correction_must_be_among_the_examples(pack, gone, says):
    (pack / f"matters/site_review/examples/{gone}.yaml").unlink()
    if not says:
        (pack / "matters/site_review/examples/farmland-needs-proof.yaml").unlink()
        says = "没有“补正”的示例"
    assert any(says in text for text in errors(pack))


def test_what_nobody_has_read_is_listed_and_does_not_block(pack):
    notices = [f.text() for f in check_pack(pack, MODULE) if f.severity == "notice"]
    assert any("promised_days" in text and "出处未经核对" in text for text in notices)


def test_the_command_says_so_with_its_exit_code():
    run = CliRunner().invoke(commands, ["check", "--json"])
    assert run.exit_code == 0
    assert all(
        json.loads(line)["severity"] == "notice" for line in run.stdout.splitlines() if line.startswith("{")
    )
    assert CliRunner().invoke(commands, ["check", "nothing"]).exit_code == 2
    table = CliRunner().invoke(commands, ["check", "--table"]).stdout
    assert "rights 列表、计数、导出、材料、文书都不越区\tdone" in table


@pytest.mark.parametrize(
    ("stops", "says"),
    [
        ("[补正, 午休]", "法律没有规定这种停表"),
        ("[补正, {kind: 公示, law: 某法}]", "应写 kind 和 basis 两项"),
        ("[补正, {basis: 某法 第三条}]", "应写 kind 和 basis 两项"),
    ],
)
def test_a_stop_is_of_a_known_type_and_cites_a_law_in_one_way(pack, stops, says):
    plant(pack, MATTER, "stops: [补正, 现场勘验, 专家评审, 征求意见]", f"stops: {stops}")
    assert any(says in text for text in errors(pack))


def test_a_stop_that_stops_nothing_is_listed_until_the_matter_cites_a_law(pack):
    def noticed():
        found = [f for f in check_pack(pack, MODULE) if f.severity == "notice" and f.place.startswith("stops.")]
        return {f.place for f in found}

    assert noticed() == {"stops.补正", "stops.现场勘验", "stops.征求意见"}
    plant(pack, MATTER, "现场勘验,", "{kind: 现场勘验, basis: 某条例 第三条},")
    assert errors(pack) == []
    assert noticed() == {"stops.补正", "stops.征求意见"}


def test_an_extension_of_the_matters_own_is_a_parameter_in_working_days(pack):
    plant(pack, MATTER, "due: {", "due: {extension: use_control.site_review.valid_months, ")
    assert any("办理期限的单位应为 working_day" in text for text in errors(pack))
    plant(pack, MATTER, "extension: use_control.site_review.valid_months", "extension: use_control.site_review.notify_days")
    assert errors(pack) == []
