"""A small province to decide cases in: two or three counties with sealed layers, officers, one company.

Each county is the small lattice of `tests.onemap.small_county`; its neighbour's begins where it ends.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import shapely
from django.db import connection

from tests.onemap import small_county as lattice
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of
from ziyuan.kernel.identity.signin import actor_of
from ziyuan.onemap import service as onemap
from ziyuan.workflow import service as workflow
from ziyuan.workflow.models import Case

FEIXI, CHANGFENG, QUANJIAO = "340123", "340121", "341124"
HEFEI, CHUZHOU, ANHUI = "340100", "341100", "340000"
MATTER = "use_control/site_review"
SEALED = date(2024, 12, 31)
WIDTH = 600.0
PLACES = {FEIXI: 0.0, CHANGFENG: WIDTH, QUANJIAO: 2 * WIDTH}
FARMLAND = (100, 100, 300, 220)
RED_LINE = (400, 0, 600, 60)

FORM = {
    "project_name": "肥西县高端装备产业园",
    "project_level": "county",
    "project_kind": "approval",
    "basis_no": "肥发改审批〔2026〕8号",
    "project_location": "肥西县上派镇",
    "land_use": "工业用地",
    "scale": "新建厂房 3 万平方米",
    "declared_area": 0.3601,
    "applicant_name": "江淮装备有限公司",
    "credit_code": "91350100M000100Y43",
    "contact_name": "王磊",
    "contact_phone": "13805510001",
}
PAPERS = ("application", "basis")


def box(west: float, south: float, east: float, north: float, county: str = FEIXI) -> shapely.Geometry:
    """A rectangle in metres from the county's south-west corner."""
    x, y = lattice.WEST + PLACES[county], lattice.SOUTH
    return shapely.box(x + west, y + south, x + east, y + north)


def site(shape: shapely.Geometry) -> dict[str, Any]:
    return PlaneShape.from_shapely(shape, lattice.ZONE).to_json()


CLEAR = (320, 300, 380, 360)  # 60 m × 60 m, clear of every control line


def seal_county(code: str = FEIXI) -> None:
    """Land survey and control lines of one county, valid from the end of 2024."""
    x = lattice.WEST + PLACES[code]
    rows = lattice.county(6, 5, code=code, west=x)
    outline = shapely.box(x, lattice.SOUTH, x + WIDTH, lattice.SOUTH + 500)
    farmland = ("F1", box(*FARMLAND, code), {"YSDM": "2005010300", "DLBM": "0101", "DLMC": "水田"})
    red = ("R1", box(*RED_LINE, code), {"LHLX": "生物多样性维护"})
    urban = ("U1", box(0, 0, 90, 500, code), {"GHFQMC": "城镇集中建设区"})
    town = {
        "XZQDM": f"{code}101",
        "XZQMC": "示例镇",
        "YSDM": "1000600100",
        "DCMJ": 3e5,
        "JSMJ": 3e5,
        "MSSM": "00",
    }
    place = (f"{code}2001", outline, town)
    layers = {
        "DLTB": lattice.table(rows),
        "XZQ": lattice.plain_table("XZQ", [place]),
        "YJJBNTTB": lattice.plain_table("YJJBNTTB", [farmland]),
        "STBHHX": lattice.plain_table("STBHHX", [red]),
        "CZKFBJ": lattice.plain_table("CZKFBJ", [urban]),
    }
    onemap.seal(f"{code}-2024", layers, county=code, reference_date=SEALED, by=kernel.system_actor())


def person(role: str, region: str, user: str = "", name: str = "") -> kernel.Actor:
    """A stored officer."""
    user = user or f"t-{role}-{region}"
    made = add_person(
        user,
        name or f"{kernel.region(region).name}{kernel.TITLES[role]}",
        organ_of(region),
        "pw",
        [role],
        SINCE,
    )
    return actor_of(made, kernel.now())


def _paper(kind: str, serial: int) -> kernel.StoredFile:
    return kernel.put_file(f"%PDF- {kind} {serial}".encode(), name=f"{kind}.pdf", media="application/pdf")


@dataclass
class World:
    """Officers by role and region, made when first asked for; applications numbered by the test."""

    serial: int = 0
    people: dict[tuple[str, str], kernel.Actor] = field(default_factory=dict)

    def officer(self, role: str, region: str) -> kernel.Actor:
        """The officer of the sample organisation who holds the post."""
        if (role, region) not in self.people:
            found = kernel.people(role=role, region=region)
            self.people[role, region] = actor_of(found[0], kernel.now()) if found else person(role, region)
        return self.people[role, region]

    def message(
        self, shape: shapely.Geometry | None = None, papers: tuple[str, ...] = PAPERS, **form: Any
    ) -> dict[str, Any]:
        """What the exchange brings of a submission."""
        self.serial += 1
        shape = box(*CLEAR) if shape is None else shape
        stored = [_paper(kind, self.serial) for kind in papers]
        return {
            "no": f"AH-2026-{self.serial:06d}",
            "matter": MATTER,
            "round": 0,
            "submitted": kernel.now().isoformat(),
            "form": {**FORM, **form},
            "site": site(shape),
            "papers": [
                {
                    "kind": kind,
                    "name": f"{kind}.pdf",
                    "digest": f.digest,
                    "size": f.size,
                    "media": "application/pdf",
                }
                for kind, f in zip(papers, stored, strict=True)
            ],
            "rating": None,
        }

    def open(
        self, shape: shapely.Geometry | None = None, papers: tuple[str, ...] = PAPERS, **form: Any
    ) -> Case:
        return workflow.open_case(self.message(shape, papers, **form), kernel.system_actor("交换导入"))

    def act(self, role: str, region: str, case: Case, action: str, **more: Any) -> None:
        if action in ("agree", "refuse", "return"):
            more.setdefault("opinion", "同意。")
        workflow.act(self.officer(role, region), case.pk, action, **more)

    def state(self, case: Case) -> dict[str, Any]:
        with kernel.acting(kernel.system_actor()):
            return Case.objects.get(pk=case.pk).state

    def answer(self, case: Case, shape: shapely.Geometry | None = None, **more: Any) -> None:
        """The applicant's corrected submission comes in."""
        state = self.state(case)
        told = self.message(shape, **more)
        round_ = len(state["corrections"]) + 1
        workflow.answer({**told, "no": case.outer_no, "round": round_}, kernel.system_actor("交换导入"))

    def decided(self, **form: Any) -> Case:
        """A county case agreed by clerk and chief."""
        case = self.open(**form)
        self.act("county_clerk", FEIXI, case, "agree")
        self.act("county_chief", FEIXI, case, "agree")
        return case

    def waiting(self, case: Case) -> list[tuple[str, str]]:
        """(node, region) of each open task."""
        tasks = self.state(case)["tasks"].values()
        return [(t["node"], t["region"]) for t in tasks if t["state"] in ("open", "waiting")]


def tamper(statement: str, *values: object) -> None:
    """Past triggers and application; needs the fixture `owners_rights`."""
    with kernel.acting(kernel.system_actor()), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = 'origin'")


def breaks(verify: Callable[[], Any]) -> list[kernel.Break]:
    """What a proof finds, read as the auditor's command does."""
    with kernel.acting(kernel.system_actor("审计核验")):
        return list(verify())
