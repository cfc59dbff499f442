"""A person of an external unit at every address of the interface: his own case and nothing else, in no representation.

What he must not see carries a canary: another case of the same county with all that hangs on it, and of his own case what
others said and did. Every address is asked, those that need no more than signing in among them.
"""

import json

import pytest
from django.test import Client
from tools.reference.zone import operations as here

from tests.portal.places import COUNTIES, Place, ask, body_of, bulletin, migration
from tests.workflow import world as small_world
from tests.workflow.people import line, outside
from tests.workflow.people.outside import FOREST, WATER
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import narrow, sight
from ziyuan.workflow.models import Case

pytestmark = pytest.mark.django_db(databases=["default", "auditor"])
FEIXI, PASSWORD = "340123", "water-password"
OWN, OTHER, SAID = "河道旁的水厂", COUNTIES["340123"], "收件人说的话不给外单位看"
MAY = {
    "GET /api/me", "GET /api/regions", "GET /api/outlines.geojson", "GET /api/calendar", "POST /api/logout",
    "GET /api/tasks", "GET /api/tasks/count", "GET /api/tasks/counts", "GET /api/notices", "GET /api/notices/count",
    "POST /api/notices/read", "POST /api/notices/{notice}/read", "GET /api/notices/ports", "PUT /api/notices/ports/{port}",
    "POST /api/receipts/verify", "POST /api/login", "GET /api/health", "GET /api/verify/{code}", "GET /api/matters",
    "GET /api/query", "GET /api/cases/{case}", "GET /api/cases/{case}/screening", "GET /api/cases/{case}/screening.geojson",
    "GET /api/cases/{case}/papers/{paper}", "GET /api/cases/{case}/handover-targets", "GET /api/cases/{case}/choices",
    "POST /api/cases/{case}/read", "POST /api/cases/{case}/actions/{action}", "POST /api/cases/{case}/gaps/{kind}",
}  # fmt: skip


@pytest.fixture
def county(db, monkeypatch, tmp_path):
    """(his client, his own case, the place with another unit's case and all else that the county holds)."""
    outside.register(WATER, "SL340123", "shui", password=PASSWORD)
    outside.register(FOREST, "LY340123", "lin")
    for role in ("county_clerk", "county_chief"):
        small_world.World().officer(role, FEIXI)
    small_world.seal_county(FEIXI)
    world = small_world.World()
    own = sent(world, monkeypatch, tmp_path, WATER, world.open)
    place = sent(world, monkeypatch, tmp_path, FOREST, lambda **told: Place(world, FEIXI), task=True)
    place.bulletin, place.order = bulletin(), migration([place.case])
    return signed_in("shui"), own, place


def sent(world, monkeypatch, tmp_path, unit, opened, task=False):
    """A case that the clerk has sent to an external unit with words of his own."""
    nodes = ({"id": "accept"}, outside.task(f'external("{unit}")'), {"id": "decide", "role": "county_chief"})
    line.publish(monkeypatch, tmp_path, line.process(*nodes))
    made = opened(project_name=OWN)
    case = made.case if task else made
    clerk = world.officer("county_clerk", FEIXI)
    if world.state(case)["tasks"]["1"]["holder"] is None:
        workflow.act(clerk, case.pk, "claim")
    workflow.act(clerk, case.pk, "agree", opinion=SAID)
    return made


def signed_in(user):
    client = Client()
    told = client.post("/api/login", json.dumps({"user": user, "password": PASSWORD}), "application/json").json()
    client.defaults["HTTP_X_CSRFTOKEN"] = told["csrf"]
    return client


def asked(client, place):
    """(operation, status, body) of every address, signing out last."""
    names = [f"{one['method']} {one['path']}" for one in here()]
    for operation in (n for n in names if n not in ("POST /api/logout", "POST /api/login")):
        answer = ask(client, operation, place)
        yield operation, answer.status_code, body_of(answer)


def faults_of(client, own, place):
    """What is open that should not be, or shows what it should not."""
    found = []
    for operation, status, body in asked(client, place):
        if status >= 500 or (operation not in MAY and status != 403):
            found.append((operation, status))
        if "{case}" in operation and status not in (403, 404):
            found.append((operation, status, "another's case"))
        if OTHER.encode() in body or SAID.encode() in body:
            found.append((operation, "shows what is not his"))
    place.case, place.paper = own, own.papers.first()
    with kernel.acting(kernel.system_actor()):
        place.task = own.tasks.get(number=2)
        place.paper = own.papers.first()
    for operation, status, body in asked(client, place):
        if status >= 500 or (operation not in MAY and status != 403):
            found.append((operation, status, "his own case"))
        if OTHER.encode() in body or SAID.encode() in body:
            found.append((operation, "shows of his own case what others said"))
    return found


def test_his_own_case_is_open_and_all_else_is_shut_at_every_address(county):
    client, own, place = county
    rows = client.get("/api/tasks").json()["items"]
    assert [(row["case"]["id"], row["case"]["title"]) for row in rows] == [(own.pk, OWN)]
    assert client.get(f"/api/cases/{own.pk}").json()["title"] == OWN
    assert client.get(f"/api/cases/{own.pk}/screening.geojson").status_code == 200
    assert client.get(f"/api/cases/{place.case.pk}").status_code == 404
    assert client.get("/api/cases").status_code == 403
    assert faults_of(client, own, place) == []
    done = client.get("/api/tasks?box=done").json()["items"]
    assert [row["case"]["id"] for row in done] == [own.pk], "he has agreed on the way, and finds it there"


def test_the_walk_over_all_addresses_sees_what_a_missing_defence_would_show(county, monkeypatch):
    client, own, place = county
    monkeypatch.setattr(narrow, "own_part", lambda by, case, record: record)
    shown = faults_of(client, own, place)
    assert ("GET /api/cases/{case}", "shows of his own case what others said") in shown


def test_the_walk_sees_a_case_that_is_not_hidden(county, monkeypatch):
    client, own, place = county
    for module in ("view", "lists"):
        monkeypatch.setattr(f"ziyuan.workflow.cases.{module}.seen", lambda by: Case.objects.all())
    shown = faults_of(client, own, place)
    assert ("GET /api/cases/{case}", 200, "another's case") in shown


def test_after_passing_his_task_on_he_is_told_that_the_case_is_no_longer_his(county):
    client, own, _ = county
    system, security = (outside.officer(role, FEIXI) for role in ("system_admin", "security_admin"))
    other = outside.handler("he", "SL340123", system, security)
    told = client.post(f"/api/cases/{own.pk}/actions/handover", json.dumps({"task": 2, "to": other}), "application/json")
    assert (told.status_code, told.json()) == (200, {"id": own.pk, "left": True})
    assert client.get(f"/api/cases/{own.pk}").status_code == 404
    assert client.get("/api/tasks?box=mine").json()["items"] == []
    with kernel.acting(kernel.system_actor()):
        assert Case.objects.get(pk=own.pk).state["tasks"]["2"]["holder"] == other
    assert sight.narrowed(outside.actor(other))
