"""Sample organs and accounts (示例账号): only on a node marked as sample, passwords drawn at installation."""

import json
from dataclasses import asdict, dataclass
from datetime import date

from ziyuan.kernel.identity.models import Organ, OrganTerm
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.regions import region
from ziyuan.kernel.identity.staff import new_password
from ziyuan.kernel.identity.titles import ROLES as TITLES
from ziyuan.kernel.nodes.node import node

COUNTIES = ("340123", "340121", "341124")
CITIES = ("340100", "341100")
SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class Account:
    """One sample account as `status --json` shows it."""

    user: str
    password: str
    role: str
    region: str
    node: str


def _plan() -> list[tuple[str, str, str, str]]:
    """(user, region, role, name) of every sample account of this zone."""
    if not node().is_inner:
        return [("company", "340000", "applicant", "江淮装备有限公司"), ("company2", "340000", "applicant", "皖东新材有限公司")]
    rows = []
    for county in COUNTIES:
        rows += [(f"data{county}", county, "data_officer", "数据员"), (f"clerk{county}", county, "county_clerk", "经办人")]
        rows.append((f"chief{county}", county, "county_chief", "负责人"))
    for city in CITIES:
        rows += [(f"review{city}", city, "city_reviewer", "审核人"), (f"data{city}", city, "data_reviewer", "数据审核")]
        rows.append((f"chief{city}", city, "city_chief", "负责人"))
    for user, role in (
        ("chief", "province_chief"),
        ("data", "data_reviewer"),
        ("audit", "auditor"),
        ("system", "system_admin"),
        ("security", "security_admin"),
    ):
        rows.append((f"{user}340000", "340000", role, TITLES[role]))
    return rows


def organ_of(code: str, applicant: str = "") -> Organ:
    """The natural-resources department of a region, below those of the regions above it; or the organ of an applicant."""
    if applicant:
        return _organ(f"APP-{applicant}"[:20], applicant, "outside", code, None)
    place = region(code)
    name = "安徽省自然资源厅" if place.level == "province" else f"{place.name}自然资源和规划局"
    above = organ_of(place.parent) if place.parent else None
    return _organ(f"ZR{code}", name, "organ", code, above)


def _organ(code: str, name: str, kind: str, place: str, above: Organ | None) -> Organ:
    organ, fresh = Organ.objects.get_or_create(code=code, defaults={"kind": kind, "region": region(place), "since": SINCE})
    if fresh:
        OrganTerm.objects.create(organ=organ, name=name, parent=above, since=SINCE)
    return organ


def make_sample_accounts() -> list[Account]:
    """Make (or keep) the sample accounts and their list in the node's data folder, readable by its owner only."""
    path = node().data / "accounts.json"
    kept = {a["user"]: a["password"] for a in json.loads(path.read_text())} if path.exists() else {}
    accounts = []
    for user, code, role, name in _plan():
        password = kept.get(user) or new_password()
        organ = organ_of(code, name if role == "applicant" else "")
        shown = name if role == "applicant" else f"{region(code).name}{name}"
        add_person(user, shown, organ, password, [role], SINCE)
        accounts.append(Account(user, password, role, code, node().name))
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps([asdict(a) for a in accounts], ensure_ascii=False, indent=1), encoding="utf-8")
    return accounts
