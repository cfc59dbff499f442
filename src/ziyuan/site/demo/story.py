"""The story of the platform, played over HTTP: a delivery, a year later, an application, its decision, its proof."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ziyuan.site.demo import papers
from ziyuan.site.demo.errors import StepStuck
from ziyuan.site.demo.nodes import Nodes
from ziyuan.site.sample import deliver
from ziyuan.site.sample.client import Client, wait
from ziyuan.site.sample.generate import Order, generate
from ziyuan.site.sample.load import PATCHES, PROVINCE

COUNTY, CITY, OTHER = "340123", "340100", "341124"
LAYER = "tdt1057@2020~DLTB"
YEAR_BEFORE, YEAR_AFTER = "2024-12-31", "2025-12-31"
PATIENCE = 120.0
Tell = Callable[[str], None]

FORM: dict[str, Any] = {
    "project_name": "肥西县示例智能装备产业园(一期)", "project_code": "2611-340123-04-01-000001",
    "project_level": "province", "project_kind": "record", "basis_no": "皖发改示例〔2026〕1号",
    "project_location": "肥西县(示例位置)", "land_use": "工业用地", "scale": "标准厂房 2 万平方米",
    "investment": 12000, "applicant_name": "江淮装备有限公司", "credit_code": "91340123MA2TE5T01H",
    "contact_name": "王工", "contact_phone": "13800000000",
}  # fmt: skip


class Story:
    """Plays the parts in order; each leaves its papers in `out` and says what happened."""

    def __init__(self, nodes: Nodes, out: Path, tell: Tell) -> None:
        self.nodes, self.out, self.tell = nodes, out, tell
        out.mkdir(parents=True, exist_ok=True)

    def play(self, patches: int = PATCHES) -> None:
        """The whole story. Raises the errors of the client, StepStuck."""
        self.delivery(patches)
        self.year_later()
        application, code = self.application()
        self.decision(application)
        self.result(application, code)
        self.proof()

    def keep(self, name: str, content: bytes | str) -> Path:
        """Leave a paper."""
        path = self.out / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.tell(f"    → {path.name}")
        return path

    def delivery(self, patches: int) -> None:
        """A county delivers a faulty package, gets findings, delivers again, and the province accepts."""
        self.tell("一、县里汇交:先交一个有错的包")
        officer, reviewer = (
            self.nodes.office("data_officer", OTHER),
            self.nodes.office("data_reviewer", PROVINCE),
        )
        with tempfile.TemporaryDirectory(prefix="ziyuan-demo-") as folder:
            order = Order(OTHER, patches, 1, faulty=True, out=Path(folder))
            generate(order)
            year = str(order.last_year)
            deliver.register(reviewer, order.out / "control_areas.csv")
            wrong = deliver.deliver(
                officer, order.out / f"{OTHER}-{year}-faulty.zip", OTHER, year, uuid.uuid4().hex
            )
            wrong = deliver.checked(officer, wrong["id"])
            self.tell(
                f"    {wrong['no']} {wrong['state_title']}:{wrong['errors']} 个错误,{wrong['warnings']} 个警告,均有位置"
            )
            for name, path in (("问题图层.gpkg", "findings.gpkg"), ("质检报告.pdf", "report.pdf")):
                self.keep(name, officer.download(f"/api/deliveries/{wrong['id']}/{path}"))
            if wrong["state"] not in ("returned", "withdrawn"):
                officer.post(
                    f"/api/deliveries/{wrong['id']}/actions/withdraw",
                    {"opinion": "改正后重新汇交。", "command": uuid.uuid4().hex},
                )
            self.tell("    改正后重新汇交,省级验收")
            clean = deliver.deliver(officer, order.out / f"{OTHER}-{year}.zip", OTHER, year, uuid.uuid4().hex)
            clean = deliver.checked(officer, clean["id"])
            sealed = deliver.accept(reviewer, clean["id"], uuid.uuid4().hex)
        self.keep("汇交与封存.json", _text(sealed))
        self.tell(f"    {sealed['no']} {sealed['state_title']}")

    def year_later(self) -> None:
        """What changed between two years, as list and as flow matrix; both years still answer."""
        self.tell("二、一年以后:两个年度之间变了什么")
        reader = self.nodes.office("data_officer", COUNTY)
        span = {"county": COUNTY, "from": YEAR_BEFORE, "to": YEAR_AFTER}
        summary = reader.get(f"/api/layers/{LAYER}/changes", **span)["summary"]
        flow = reader.get(f"/api/layers/{LAYER}/flow", **span)
        self.keep("年度变化.json", _text(summary))
        self.keep("地类流量.json", _text(flow))
        self.tell(f"    新增 {summary['insert']},变更 {summary['update']},删除 {summary['delete']},未变 {summary['unchanged']}"
                  f";流量矩阵{'闭合' if flow['closes'] else '不闭合'}")  # fmt: skip
        for day in (YEAR_BEFORE, YEAR_AFTER):
            table = reader.download(f"/api/layers/{LAYER}/statistics.csv", county=COUNTY, asof=day)
            self.keep(f"地类面积-{day[:4]}.csv", table)

    def application(self) -> tuple[int, str]:
        """A company applies on the outer node; its number and query code."""
        self.tell("三、企业在外网申请用地预审与选址")
        company, reader = self.nodes.applicant(), self.nodes.office("data_officer", COUNTY)
        lines = reader.get("/api/layers/control_lines@2021~YJJBNTTB/features", county=COUNTY, limit=1)
        site = papers.site_in(lines["features"][0], 39)
        text = papers.boundary_text(site, 39)
        self.keep("界址点.txt", text)
        number = company.post("/api/applications", {"matter": "use_control/site_review"})["id"]
        at = f"/api/applications/{number}"
        read = company.upload(f"{at}/site", ("界址点.txt", text))
        company.post(f"{at}/site/confirm", {"confirm": read["confirm"]})
        hectares = round(float(read["area_m2"]) / 10_000, 4)
        company.put(f"{at}/form", {**FORM, "declared_area": hectares})
        for kind, title in (("application", "用地预审与选址申请报告"), ("basis", "项目建设依据文件")):
            company.upload(
                f"{at}/papers", (f"{title}.pdf", papers.pdf(title, FORM["project_name"])), kind=kind
            )
        self._map(company, number)
        sent = company.post(f"{at}/submit", {"command": uuid.uuid4().hex})
        self.tell(f"    用地 {hectares} 公顷,编号 {sent['no']},查询码 {sent['query_code']}")
        return number, sent["query_code"]

    def _map(self, company: Client, number: int) -> None:
        page = company.page(f"/my/{number}/")
        found = re.search(rb"<svg.*?</svg>", page, re.DOTALL)
        if found:
            self.keep("用地范围图.svg", found.group())
            self.keep("用地范围图.png", papers.picture(found.group()))

    def decision(self, application: int) -> None:
        """It crosses to the inner node; the clerk asks for a missing proof, then county, city and province agree."""
        self.tell("四、内网办理:初审、补正、审核、决定")
        company = self.nodes.applicant()
        no = company.get(f"/api/applications/{application}")["no"]
        clerk = self.nodes.office("county_clerk", COUNTY)
        case = self._case(clerk, no)
        case = self._until(
            f"{no} 的审查结果",
            lambda: clerk.get(f"/api/cases/{case['id']}"),
            lambda c: bool(c.get("screening")),
        )
        self.keep("审查结果.json", _text(case["screening"]))
        for theme in case["screening"]["themes"]:
            self.tell(
                f"    {theme['title']}:{_STATUS.get(theme['status'], theme['status'])} {theme.get('area_m2') or ''}"
            )
        missing = [p["kind"] for p in case["papers"] if p["required"] and not p["id"]]
        if missing:
            self._correct(clerk, company, application, case["id"], missing)
        for role, region, opinion in (
            ("county_clerk", COUNTY, "材料齐全,符合法定形式,拟同意。"), ("city_reviewer", CITY, "同意,报省自然资源厅。"),
            ("province_chief", PROVINCE, "经审查,符合国土空间规划和用途管制要求,同意。"),
        ):  # fmt: skip
            person = self.nodes.office(role, region)
            case = self._act(person, case["id"], "agree", opinion)
            self.tell(f"    {_me(person)}:{opinion}")
        self.keep("案卷摘要.pdf", clerk.download(f"/api/cases/{case['id']}/summary.pdf"))
        self.keep("案卷.json", _text(case))

    def _case(self, clerk: Client, no: str) -> dict[str, Any]:
        def ask() -> dict[str, Any]:
            items = [c for c in clerk.get("/api/cases", q=no)["items"] if c.get("outer_no", no) == no]
            return {"items": items}

        found = self._until(f"申请 {no} 进入内网", ask, lambda a: bool(a["items"]))
        return dict(found["items"][0])

    def _correct(
        self, clerk: Client, company: Client, application: int, case: int, missing: list[str]
    ) -> None:
        items = [{"kind": "paper", "target": kind, "text": f"请补充{_PROOFS[kind]}。"} for kind in missing]
        self._act(clerk, case, "correct", "所选位置触及控制线,请一次补齐论证材料。", items=items)
        at = f"/api/applications/{application}"
        self._until("补正通知到达外网", lambda: company.get(at), lambda a: a["state"] == "correcting")
        for kind in missing:
            title = _PROOFS[kind]
            company.upload(
                f"{at}/papers", (f"{title}.pdf", papers.pdf(title, "选址无法避让的理由(示例)。")), kind=kind
            )
        company.post(f"{at}/answer", {"command": uuid.uuid4().hex})
        self.tell(f"    县级要求补正({'、'.join(_PROOFS[k] for k in missing)}),企业已补")
        self._until(
            "补正材料到达内网",
            lambda: clerk.get(f"/api/cases/{case}"),
            lambda c: _offer(c, "agree") is not None,
        )

    def _act(self, person: Client, case: int, action: str, opinion: str, **more: Any) -> dict[str, Any]:
        found = self._until(
            f"案件可以“{action}”",
            lambda: person.get(f"/api/cases/{case}"),
            lambda c: _offer(c, action) is not None,
        )
        offer = _offer(found, action) or {}
        body = {"task": offer.get("task"), "opinion": opinion, "command": uuid.uuid4().hex, **more}
        return dict(person.post(f"/api/cases/{case}/actions/{action}", body))

    def result(self, application: int, code: str) -> None:
        """The opinion comes out; the applicant takes it, anyone verifies it, the applicant rates the service."""
        self.tell("五、结果送出:下载、核验、评价")
        company, at = self.nodes.applicant(), f"/api/applications/{application}"
        told = self._until("意见书到达外网", lambda: company.get(at), lambda a: bool(a["documents"]))
        paper = told["documents"][0]
        self.keep("意见书.pdf", company.download(f"{at}/documents/{paper['id']}"))
        checked = Client(self.nodes.outer).get(f"/api/verify/{paper['code']}")
        self.keep("核验结果.json", _text(checked))
        self.keep(
            "凭查询码查到的进度.json",
            _text(Client(self.nodes.outer).get("/api/query", no=told["no"], code=code)),
        )
        company.post(f"{at}/rating", {"level": 5, "text": "办得快,说得清。"})
        self.tell(f"    {paper['title']} {paper['no']},核验{'有效' if checked['valid'] else '无效'};已评价")

    def proof(self) -> None:
        """The audit chains of both nodes are proved whole."""
        self.tell("六、审计链核验")
        for file in self.nodes.files:
            env = {**os.environ, "ZIYUAN_NODE": str(file)}
            argv = [sys.executable, "-m", "ziyuan.site.cli", "audit", "verify"]
            told = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
            self.keep(f"审计核验-{file.stem}.txt", told.stdout + told.stderr)
            last = (told.stdout.strip() or told.stderr.strip()).splitlines()[-1:]
            self.tell(f"    {file.stem}:{last[0] if last else '没有输出'}")

    def _until(
        self, step: str, ask: Callable[[], dict[str, Any]], done: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        answer = wait(ask, done, PATIENCE)
        if not done(answer):
            raise StepStuck(step, str({k: answer.get(k) for k in ("state", "status", "items")})[:200])
        return answer


_STATUS = {"concerned": "涉及", "not_concerned": "不涉及", "no_data": "无数据"}
_PROOFS = {"farmland_proof": "占用永久基本农田不可避让论证", "redline_proof": "占用生态保护红线不可避让论证"}


def _offer(case: dict[str, Any], action: str) -> dict[str, Any] | None:
    return next((a for a in case["actions"] if a["id"] == action and a["enabled"]), None)


def _me(person: Client) -> str:
    return str(person.get("/api/me")["person"]["name"])


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def clocked() -> Tell:
    """Lines with seconds since the start."""
    begun = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - begun:6.1f} 秒  {line}", flush=True)

    return tell
