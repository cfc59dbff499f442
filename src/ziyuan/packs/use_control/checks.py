"""Checks of a site review, named in matter.yaml. Each takes the facts of a case and yields located findings."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ziyuan.packs.use_control.rules import differs, hectares

TOLERANCE_HA = Decimal("0.0001")
Finding = dict[str, Any]


def site_inside_county(facts: Any) -> Iterator[Finding]:
    """A site over several areas is handled by their common upper level: said, not refused."""
    if len(facts.counties) > 1:
        names = "、".join(facts.county_names)
        yield _finding(
            "site_inside_county",
            "site",
            "note",
            f"用地跨 {names},由共同的上一级办理",
            "自然资规〔2019〕2号",
            "",
        )


def area_as_declared(facts: Any) -> Iterator[Finding]:
    """The declared area against the official area of the boundary points."""
    declared = Decimal(str(facts.form["declared_area"]))
    if differs(declared, facts.site_area, TOLERANCE_HA):
        measured = hectares(facts.site_area)
        says = f"申报面积 {declared} 公顷,界址点椭球面积 {measured} 公顷"
        remedy = f"请核对申报面积或界址点;应为 {measured} 公顷"
        yield _finding("area_as_declared", "form.declared_area", "warning", says, "", remedy)


def themes(facts: Any) -> Iterator[Finding]:
    """Every theme that the site concerns, or that nobody can answer for want of data."""
    for theme in facts.screening["themes"]:
        if theme["id"] == "land_use":
            continue
        if theme["status"] == "no_data":
            says = f"{theme['title']}:没有数据,不能判定"
            yield _finding(
                "themes",
                f"site.{theme['id']}",
                "warning",
                says,
                theme["article"],
                "请补充该县数据版本后重新审查",
            )
        elif theme["status"] == "concerned":
            says = f"涉及{theme['title']} {hectares(Decimal(str(theme['area_m2'])))} 公顷"
            yield _finding(
                "themes", f"site.{theme['id']}", "warning", says, theme["article"], theme.get("remedy") or ""
            )


def proofs_present(facts: Any) -> Iterator[Finding]:
    """Required papers that are missing: they stop the opinion, not the case."""
    for title in facts.missing:
        yield _finding(
            "proofs_present", f"papers.{title}", "error", f"缺少材料:{title}", "", "请退回补正,由申请人补充"
        )


def _finding(check: str, where: str, severity: str, says: str, basis: str, remedy: str) -> Finding:
    return {
        "check": check,
        "where": where,
        "severity": severity,
        "says": says,
        "basis": basis,
        "remedy": remedy,
    }
