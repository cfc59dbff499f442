"""An office with a ladder: county organ with a chief, a division with a head, clerks in it."""

from dataclasses import dataclass
from datetime import date

import pytest

from tests.workflow.people import line
from tests.workflow.world import FEIXI, HEFEI
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of
from ziyuan.kernel.identity.signin import actor_of
from ziyuan.kernel.models import Post

DIVISION, WHY = "FX-YT", "肥自然资〔2026〕3号"
FIRST = date(2026, 1, 5)


@dataclass
class Office:
    """People of Feixi by short name; their actors are made anew each time, with the posts of the day."""

    keys: dict[str, int]
    system: kernel.Actor
    security: kernel.Actor

    def actor(self, name: str) -> kernel.Actor:
        return actor_of(kernel.Person.objects.select_related("organ").get(pk=self.keys[name]), kernel.now())

    def end(self, name: str, hand_on: bool = True, until: date | None = None) -> None:
        """His posts end with yesterday, or with a day."""
        last = until or date.fromordinal(kernel.today().toordinal() - 1)
        for post in Post.objects.filter(person_id=self.keys[name]):
            kernel.end_post(self.security, post.pk, until=last, reason=WHY, hand_on=hand_on)


@pytest.fixture
def office(world):
    """chief (正科, heads the organ), head (副科, heads the division), anna and bert (clerks in the division), city chief."""
    kernel.Person.objects.filter(organ__region_id__in=(FEIXI, HEFEI)).update(active=False)
    officers = [add_person(f"of-{r}", r, organ_of(FEIXI), "pw", [r], SINCE) for r in ("system_admin", "security_admin")]
    system, security = (actor_of(p, kernel.now()) for p in officers)
    kernel.add_organ(system, code=DIVISION, name="用途管制股", kind="division", parent=f"ZR{FEIXI}", since=FIRST, reason=WHY)
    keys = {}
    for name, unit, role, head, rank, title in (
        ("chief", f"ZR{FEIXI}", "county_chief", True, "正科", "局长"),
        ("head", DIVISION, "county_chief", True, "副科", "股长"),
        ("anna", DIVISION, "county_clerk", False, "科员", "经办"),
        ("bert", DIVISION, "county_clerk", False, "科员", "值班"),
    ):
        made, _ = kernel.enter_person(system, user=name, name=f"{name}同志", unit=unit, since=FIRST, reason=WHY)
        kernel.appoint(security, person=made.pk, unit=unit, role=role, title=title, head=head, rank=rank, since=FIRST, reason=WHY)
        keys[name] = made.pk
    keys["city"] = add_person("city", "city同志", organ_of(HEFEI), "pw", ["city_chief"], SINCE).pk
    return Office(keys, system, security)


@pytest.fixture
def publish(monkeypatch, tmp_path):
    """`publish(node, node, policies={…})`: the matter runs on a line of these tasks."""
    return lambda *nodes, **told: line.publish(monkeypatch, tmp_path, line.process(*nodes), **told)
