"""The applicant's part of the story as steps over HTTP: form, site, papers, submission, waiting for what comes out."""

import time
from collections.abc import Callable
from typing import Any

from ziyuan.site.sample.client import Client

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n"


def form(**changed: Any) -> dict[str, Any]:
    """A form without mistakes."""
    return {
        "project_name": "肥西县产业园区道路工程",
        "project_code": "2026-340123-48-01",
        "project_level": "province",
        "project_kind": "approval",
        "basis_no": "皖发改〔2026〕1号",
        "project_location": "肥西县上派镇",
        "land_use": "公路用地",
        "scale": "道路 2.1 公里",
        "investment": 8600,
        "declared_area": 6,
        "applicant_name": "江淮装备有限公司",
        "credit_code": "11100000MB03271699",
        "contact_name": "王明",
        "contact_phone": "13805510000",
        **changed,
    }


def boundary(east: float = 39510000, north: float = 3507000, width: float = 300, height: float = 200) -> bytes:
    """A rectangle as boundary-point TXT (GB18030, CRLF), zone 39, metres."""
    corners = [(north, east), (north, east + width), (north + height, east + width), (north + height, east)]
    area = width * height / 10000
    lines = [
        "[属性描述]",
        "格式版本号=1.01",
        "数据产生单位=测试测绘院",
        "数据产生日期=2026-11-25",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        "带号=39",
        "精度=0.001",
        "转换参数=0,0,0,0,0,0,0",
        "[地块坐标]",
        f"5,{area:.4f},DK1,地块一,面,,公路用地,1003,@",
        *(f"J{i % 4 + 1},1,{n:.3f},{e:.3f}" for i, (n, e) in enumerate([*corners, corners[0]])),
    ]
    return "\r\n".join(lines).encode("gb18030")


def prepare(
    company: Client,
    txt: bytes,
    papers: tuple[str, ...] = ("application", "basis"),
    *,
    matter: str = "use_control/site_review",
    **changed: Any,
) -> int:
    """A complete draft; its id."""
    draft = company.post("/api/applications", {"matter": matter})["id"]
    assert company.put(f"/api/applications/{draft}/form", form(**changed))["faults"] == {}
    read = company.upload(f"/api/applications/{draft}/site", ("界址点.txt", txt))
    company.post(f"/api/applications/{draft}/site/confirm", {"confirm": read["confirm"]})
    for kind in papers:
        hand_in(company, draft, kind)
    return int(draft)


def hand_in(company: Client, draft: int, kind: str) -> None:
    """Hand in one paper."""
    company.upload(f"/api/applications/{draft}/papers", (f"{kind}.pdf", PDF + kind.encode()), kind=kind)


def until(ask: Callable[[], Any], seconds: float = 90.0) -> Any:
    """The first true answer; an AssertionError when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"没有等到结果({seconds} 秒)")


def case_of(clerk: Client, outer_no: str) -> dict[str, Any]:
    """The case that an application became."""
    found = until(lambda: clerk.get("/api/cases", q=outer_no)["items"])
    return dict(clerk.get(f"/api/cases/{found[0]['id']}"))


def act(officer: Client, case: int, action: str, *, command: str = "", **more: Any) -> dict[str, Any]:
    """Do what the case offers; the case afterwards."""
    told = officer.get(f"/api/cases/{case}")
    offered = {a["id"]: a for a in told["actions"]}
    assert action in offered and offered[action]["enabled"], (action, told["actions"])
    body = {"task": offered[action]["task"], "opinion": "同意。", "command": command, **more}
    return dict(officer.post(f"/api/cases/{case}/actions/{action}", body))
