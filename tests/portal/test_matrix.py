"""Every operation of the interface × every role × region: who may not is refused, who may sees his region and no more.

The expected answers come from the classification in tools/reference/operations.yaml, from the role table, and from
what the fixture itself put into each county; every answer is searched for the other counties' canaries. All requests
run over one database connection, as they do in a pool, with readers of different regions taking turns.
"""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from tools.reference.api import needs, operations
from tools.reference.roles import permitted_roles
from tools.reference.zone import operations as here

from tests.onemap import small_county as lattice
from tests.workflow import world as small_world
from ziyuan.base import crs
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.models import OrganTerm
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, TITLES, organ_of
from ziyuan.onemap import service as onemap
from ziyuan.onemap.models import (
    Bulletin,
    ControlArea,
    Delivery,
    Dispute,
    Edition,
    Feed,
    FindingException,
    StoredFinding,
    Upload,
)
from ziyuan.workflow.models import Case, Consultation, MigrationLine, MigrationOrder, PolicyAct, Supervision

COUNTIES = {"340123": "甲县画眉项目", "340121": "乙县白鹭项目", "341124": "丙县朱鹮项目"}
DIGITS = {"340000": 2, "340100": 4, "341100": 4}
LAYER = "tdt1057@2020~DLTB"
PASSWORD = "matrix-password"
OF_A_COUNTY = ("case", "consultation", "delivery", "exception", "dispute", "finding", "number")
pytestmark = pytest.mark.django_db(databases=["default", "auditor"])
OF_COUNTIES = ("data_officer", "county_clerk", "county_chief", "external_handler")
OPEN = {"POST /api/login", "GET /api/health", "GET /api/verify/{code}", "GET /api/matters", "GET /api/query"}


def _names(zone):
    told = here() if kernel.node().zone == zone else operations(zone)
    return [f"{one['method']} {one['path']}" for one in told]


@pytest.fixture(scope="module")
def inner():
    return _names("inner")


class Place:
    """What one county holds: a sealed map, a case, a delivery, a control area; and the province's bulletin."""

    bulletin: Bulletin
    order: MigrationOrder
    act = "withdraw"

    def __init__(self, world, county: str) -> None:
        self.county = county
        self.case = world.open(small_world.box(*small_world.CLEAR, county), project_name=COUNTIES[county])
        with kernel.acting(kernel.system_actor()):
            self.edition = Edition.objects.filter(county=county, layer=LAYER.replace("~", "/")).first().pk
            self.paper = self.case.papers.first()
            self.task = self.case.tasks.first()
            held = kernel.people("county_clerk", county)[0]
            self.person, self.post = held.pk, held.posts.first().pk
            self.consultation = Consultation.objects.create(
                case=self.case, counties=[county], number=1, case_no=self.case.no, title=COUNTIES[county], matter="m",
                from_organ=f"ZR{county}", from_name="县局", to_organ="", to_region="", to_name="省水利厅",
                question=COUNTIES[county], papers=[], asked=kernel.now(), due=kernel.today(), state="asked", overdue=False,
            )  # fmt: skip
            self.delivery = Delivery.objects.create(
                no=f"{county}-2024-1", mandate="survey_county", organ=f"ZR{county}", county=county, period="2024",
                sequence=1, state="review", stage="city", file_sm3="0" * 64, file_name=f"{COUNTIES[county]}.zip", size=1,
                encoding="", opened=kernel.now(), submitted=kernel.now(), submitted_by="数据员",
            )  # fmt: skip
            ControlArea.objects.create(county=county, edition="2024", part="land", land_class="0101", area_m2=1,
                                       source=COUNTIES[county], registered=kernel.now(), registered_by="省厅")  # fmt: skip
            self.upload = Upload.objects.create(
                id=f"{county}-upload", delivery=self.delivery, county=county, organ=f"ZR{county}", name=COUNTIES[county], size=9,
                sm3="", created=kernel.now(), expires=kernel.now(), created_by="数据员", command="",
            )  # fmt: skip
            self.feed = Feed.objects.create(
                mandate="control_lines_feed", county=county, location="/nowhere", source=COUNTIES[county], licence="内部",
                every=24, due=kernel.now(), sm3="", fault="", registered_by="省厅",
            )  # fmt: skip
            self._findings()
            self._supervised()
        shape = small_world.box(100, 100, 101, 101, county)
        self.lon, self.lat = crs.to_degrees(39).transform(shape.centroid.x, shape.centroid.y)

    def _findings(self) -> None:
        """A finding, an exception asked for it with proof, and a dispute."""
        proof = kernel.put_file(f"{self.county} {COUNTIES[self.county]}".encode(), name=f"{COUNTIES[self.county]}.txt")
        asked = {"county": self.county, "reason": COUNTIES[self.county], "proof_sm3": proof.digest, "proof_name": proof.name,
                 "proof_size": proof.size}  # fmt: skip
        self.finding = StoredFinding.objects.create(
            delivery=self.delivery, county=self.county, ordinal=1, rule="DLTB-T1", kind="no_overlap", family="拓扑",
            severity="error", message=f"{COUNTIES[self.county]} 重叠", remedy="改", fingerprint=self.county,
        )  # fmt: skip
        self.exception = FindingException.objects.create(
            no=f"LW-{self.county}-1", delivery=self.delivery, mandate="survey_county", rules=["DLTB-T1"], scope="features",
            items=[], until=kernel.today(), state="requested", requested_at=kernel.now(), requested_by="数据员",
            requested_id=999_999, requested_unit=f"ZR{self.county}", requested_organ="县局", **asked,
        )  # fmt: skip
        self.dispute = Dispute.objects.create(
            no=f"YY-{self.county}-1", finding=self.finding, delivery=self.delivery, state="raised", raised_at=kernel.now(),
            raised_by="数据员", raised_id=999_999, raised_unit=f"ZR{self.county}", raised_organ="县局",
            fixture=COUNTIES[self.county], **asked,
        )  # fmt: skip

    def _supervised(self) -> None:
        """A supervision of the case, and a policy that acted in it."""
        of = {"case": self.case, "county": self.county, "counties": [self.county], "number": 1}
        Supervision.objects.create(
            **of, region=self.county, by="处长", organ="市局", to="县局", asks=COUNTIES[self.county], days=5, opened=kernel.now(),
            due=kernel.today(),
        )  # fmt: skip
        PolicyAct.objects.create(
            **of, at=kernel.now(), policy="avoidance", way="handed_on", title="受理", person="某人", reason=COUNTIES[self.county]
        )

    def _action(self, operation: str) -> str:
        """An act that this place's role may do on the thing of the operation."""
        if "bulletins" in operation:
            return "review"
        decided = {"exceptions": "approve", "disputes": "uphold"}
        for what, act in decided.items():
            if what in operation:
                return "withdraw" if self.act == "withdraw" else act
        return self.act if "deliveries" in operation else "agree"

    def address(self, operation: str) -> str:
        """The operation's address, pointed at this county's things."""
        window = f"{self.lon - 0.001},{self.lat - 0.001},{self.lon + 0.001},{self.lat + 0.001}"
        values = {
            "{case}": self.case.pk, "{delivery}": self.delivery.pk, "{upload}": self.upload.pk,
            "{feed}": self.feed.pk, "{mandate}": "survey_county", "{kind}": "received", "{paper}": self.paper.pk, "{document}": 1,
            "{standard}": "control_lines@2021", "{layer}": LAYER, "{county}": self.county,
            "{key}": lattice.key(8, self.county), "{code}": "none",
            "{stop}": 1, "{unit}": f"ZR{self.county}", "{person}": self.person, "{post}": self.post, "{proxy}": 1,
            "{consultation}": self.consultation.pk, "{place}": 1,
            "{copied}": 1, "{supervision}": 1, "{notice}": 1, "{message}": 1, "{port}": "sms",
            "{z}": 14, "{x}": int((self.lon + 180) / (180 / 2**14)), "{y}": int((90 - self.lat) / (180 / 2**14)),
            "{action}": self._action(operation), "{finding}": self.finding.pk, "{exception}": self.exception.pk,
            "{dispute}": self.dispute.pk, "{bulletin}": self.bulletin.pk,
            "{objection}": 1, "{order}": self.order.pk, "{chain}": "land_use", "{number}": self.edition, "{act}": "withdraw",
        }  # fmt: skip
        path = operation.split(" ")[1]
        for name, value in values.items():
            path = path.replace(name, str(value))
        more = {
            "features": f"?county={self.county}&bbox={window}", "identify": f"?lon={self.lon}&lat={self.lat}",
            "count": f"?county={self.county}", "statistics": f"?county={self.county}", "statistics.csv": f"?county={self.county}",
            "editions": f"?county={self.county}", "changeset": f"?county={self.county}&from=&to=2024",
            "changes": f"?county={self.county}&from=2023&to=2024", "flow": f"?county={self.county}&from=2023&to=2024",
            "flow.csv": f"?county={self.county}&from=2023&to=2024",
            "export": f"?county={self.county}&format=csv", "handover-targets": f"?task={self.task.number}",
            "preview.geojson": f"?layer=DLTB&bbox={window}", "control-areas": f"?county={self.county}",
            "lineage": f"?of={LAYER}:{self.county}", "impact": f"?of={LAYER}:{self.county}", "search": "?q=DLTB",
            "rows": f"?figure=delivered&region={self.county}", "duty": f"?within={self.county}",
            "plan": f"?matter={small_world.MATTER}", "plan.csv": f"?matter={small_world.MATTER}",
            "choices": f"?action=add_before&task={self.task.number}",
            "audit": f"?county={self.county}", "start": f"?county={self.county}", "form": "?layer=DLTB",
        }  # fmt: skip
        return path + more.get(path.rsplit("/", 1)[-1], "")


@pytest.fixture
def places():
    for county in COUNTIES:
        small_world.seal_county(county)
    world = small_world.World()
    for role, region in (("county_clerk", c) for c in COUNTIES):
        world.officer(role, region)
    found = {county: Place(world, county) for county in COUNTIES}
    published, order = bulletin(), migration([place.case for place in found.values()])
    for place in found.values():
        place.bulletin, place.order = published, order
    return found


def migration(cases: list[Case]) -> MigrationOrder:
    """An order of the province that brings a case of every county to the present version."""
    with kernel.acting(kernel.system_actor()):
        order = MigrationOrder.objects.create(
            matter=small_world.MATTER, version="0" * 64, region="340000", reason="流程改版", lines_digest="0" * 64, state="done",
            made_by=999_999, made_name="某人", made=kernel.now(),
        )  # fmt: skip
        for case in cases:
            told = {"case": case.no, "from": "0" * 64, "verdict": "move", "reason": COUNTIES[case.county], "rows": [],
                    "due": ["", ""], "missing": []}  # fmt: skip
            MigrationLine.objects.create(order=order, case=case, told=told, outcome="moved", reason=COUNTIES[case.county])
        return order


def bulletin() -> Bulletin:
    """A published bulletin of the province whose figures count something of every county."""
    rows = {county: {"delivered": [[canary, 1]]} for county, canary in COUNTIES.items()}
    none = dict.fromkeys(onemap.catalogue.FIGURES, 0)
    counties = {county: {**none, "delivered": 1} for county in COUNTIES}
    figures = {"counties": counties, "cities": {}, "total": {**none, "delivered": 3}, "families": {}, "rows": rows,
               "deliveries": [], "before": None}  # fmt: skip
    with kernel.acting(kernel.system_actor()):
        return Bulletin.objects.create(
            no="TB-2026-02-001", region="340000", month="2026-02", state="published", cut=kernel.now(), figures=figures,
            digest="0" * 64, made_by="某人", published=kernel.now(),
        )  # fmt: skip


def water_bureau(region: str) -> kernel.Organ:
    """An external unit of the region."""
    home = kernel.region(region)
    made, fresh = kernel.Organ.objects.get_or_create(
        code=f"SL{region}", defaults={"kind": "external", "region": home, "since": SINCE}
    )
    if fresh:
        OrganTerm.objects.create(organ=made, name=f"{home.name}水利局", parent=None, since=SINCE)
    return made


def signed_in(role: str, region: str) -> Client:
    user = f"matrix-{role}-{region}"
    add_person(user, "某人", water_bureau(region) if role == "external_handler" else organ_of(region), PASSWORD, [role], SINCE)
    client = Client()
    told = client.post("/api/login", json.dumps({"user": user, "password": PASSWORD}), "application/json").json()
    client.defaults["HTTP_X_CSRFTOKEN"] = told["csrf"]
    return client


def ask(client: Client, operation: str, place: Place):
    method, address = operation.split(" ")[0], place.address(operation)
    if method == "GET":
        return client.get(address)
    if operation in ("POST /api/deliveries", "POST /api/control-areas", "POST /api/changesets", "POST /api/changesets/inspect",
                     "POST /api/filings/outline", "POST /api/calendar/notices", "POST /api/cases/{case}/gaps/{kind}"):
        body = {"file": SimpleUploadedFile("a.zip", b"no zip"), "county": place.county, "period": "2025"}
        return client.post(address, body)
    if operation in ("POST /api/cases/{case}/services", "POST /api/cases/{case}/consultations/{number}/answer",
                     "POST /api/consultations/{consultation}/answer"):  # fmt: skip
        return client.post(address, {"of": "", "verdict": "agree", "text": "同意"})
    if operation in ("POST /api/deliveries/{delivery}/exceptions", "POST /api/exceptions/{exception}/supplement",
                     "POST /api/findings/{finding}/disputes"):  # fmt: skip
        body = {"proof": SimpleUploadedFile("a.pdf", b"proof"), "findings": str(place.finding.pk), "reason": "理由",
                "until": "2099-12-31"}  # fmt: skip
        return client.post(address, body)
    body = {
        "command": "", "opinion": "同意", "county": place.county, "period": "2025", "name": "a.zip", "size": 9,
        "mandate": "survey_county", "location": "/nowhere", "layer": "DLTB", "attributes": {}, "geometry": {},
        "valid_from": "2025-01-01", "receipt": {}, "due": "2026-06-30", "source": "示例通知", "month": "2026-01",
    }  # fmt: skip
    return client.generic(method, address, json.dumps(body), "application/json", headers={"Upload-Offset": "0"})


def body_of(answer) -> bytes:
    """What a reader sees: of JSON the characters themselves, which it carries escaped."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    told = answer.headers.get("Content-Type", "").partition(";")[0].endswith("json") and body
    return json.dumps(json.loads(body), ensure_ascii=False).encode() if told else body


def code_of(answer) -> str:
    """The error's code; an answer to HEAD has no body and is told by its status alone."""
    if answer.request["REQUEST_METHOD"] == "HEAD":
        return {401: "ZY-KRN-001", 403: "ZY-KRN-007"}.get(answer.status_code, "")
    return str(answer.json()["code"])


def within(region: str) -> set[str]:
    """Counties of a region, by the digits of the code alone."""
    return {c for c in COUNTIES if c.startswith(region[: DIGITS.get(region, 6)])}


@pytest.mark.parametrize("zone", ["inner", "outer"])
def test_every_operation_is_classified_and_only_these_are_open(zone):
    wanted = needs()
    assert set(_names(zone)) <= wanted.keys()
    assert {name for name in _names(zone) if wanted[name] == ["open"]} <= OPEN


def test_without_signing_in_every_operation_but_the_open_ones_is_refused(places, inner):
    place = places["340123"]
    for operation in inner:
        answer = ask(Client(), operation, place)
        if operation in OPEN:
            assert answer.status_code != 401, operation
        else:
            assert (operation, answer.status_code, code_of(answer)) == (operation, 401, "ZY-KRN-001")


def test_an_unsafe_operation_needs_the_mark_beside_the_cookie(places, inner):
    client = signed_in("data_officer", "340123")
    client.defaults["HTTP_X_CSRFTOKEN"] = "forged"
    for operation in inner:
        if not operation.startswith(("GET", "HEAD")) and operation not in OPEN:
            answer = ask(client, operation, places["340123"])
            assert (operation, answer.status_code, code_of(answer)) == (operation, 403, "ZY-KRN-007")


@pytest.mark.parametrize("role", TITLES)
def test_a_role_is_answered_or_refused_as_the_table_says(places, inner, role):
    places["340123"].act = "return" if role == "data_reviewer" else "withdraw"
    client, table, wanted = (
        signed_in(role, "340123" if role in OF_COUNTIES else "340000"),
        permitted_roles(),
        needs(),
    )
    for operation in inner:
        if operation in ("POST /api/logout", "POST /api/login"):
            continue
        allowed = any(w in ("open", "signed-in") or role in table[w] for w in wanted[operation])
        answer = ask(client, operation, places["340123"])
        assert answer.status_code < 500, (role, operation, body_of(answer)[:300])
        assert (role, operation, answer.status_code == 403) == (role, operation, not allowed), body_of(answer)[:300]


PUBLIC_GEOGRAPHY = {"GET /api/outlines.geojson", "GET /api/consultations/organs"}  # of all cities and counties, to all readers
READERS = [
    ("data_officer", "340123"), ("county_clerk", "341124"), ("data_reviewer", "340100"), ("county_chief", "340121"),
    ("data_reviewer", "341100"), ("city_reviewer", "340100"), ("data_reviewer", "340000"), ("province_chief", "340000"),
    ("data_officer", "341124"),
]  # fmt: skip


@pytest.fixture(params=["serial", "parallel"])
def plans(request):
    """The second time the database is made to answer from parallel workers wherever it can."""
    if request.param == "parallel":
        with connection.cursor() as cursor:
            for name, value in (("force_parallel_mode", "on"), ("parallel_setup_cost", 0), ("parallel_tuple_cost", 0),
                                ("min_parallel_table_scan_size", 0), ("min_parallel_index_scan_size", 0)):  # fmt: skip
                cursor.execute(f"SET LOCAL {name} = {value}")


def test_whoever_reads_sees_his_region_and_no_more_in_every_representation(places, inner):
    clients = {reader: signed_in(*reader) for reader in (*READERS, ("system_admin", "340121"))}
    shown = dict.fromkeys(COUNTIES, 0)
    for operation in (o for o in inner if o.startswith("GET")):
        for county, place in places.items():
            for (role, region), client in clients.items():
                answer = ask(client, operation, place)
                body = body_of(answer)
                here = (role, region, operation, county, answer.status_code)
                assert answer.status_code < 500, here
                for other in COUNTIES.keys() - within(region):
                    assert COUNTIES[other].encode() not in body, here
                    if answer.status_code == 200 and operation not in PUBLIC_GEOGRAPHY:
                        assert other.encode() not in body, here
                for own in within(region):
                    shown[own] += own.encode() in body or COUNTIES[own].encode() in body
                if county not in within(region) and any(f"{{{one}}}" in operation for one in OF_A_COUNTY):
                    assert answer.status_code in (403, 404), here
    assert all(n > 30 for n in shown.values()), "the canaries are there to be found"


def test_lists_and_counts_agree_with_what_each_region_holds(places, plans):
    for role, region in READERS:
        client, mine = signed_in(role, region), within(region)
        if role in ("data_officer", "data_reviewer"):
            assert {d["county"] for d in client.get("/api/deliveries").json()["items"]} == mine
        else:
            assert {c["region"] for c in client.get("/api/cases").json()["items"]} == mine
            assert client.get("/api/cases/count").json()["count"] == len(mine)
        assert client.get(f"/api/layers/{LAYER}/count").json()["count"] == 30 * len(mine)


CASES, DATA = "county_chief", "data_officer"
LISTS = {  # what is read as rows or figures, and by whom
    "GET /api/cases": CASES, "GET /api/cases/export.csv": CASES, "GET /api/cases/clock/figures": CASES,
    "GET /api/cases/supervision/figures": CASES, "GET /api/cases/supervision/figures.csv": CASES,
    "GET /api/cases/policies": CASES, "GET /api/cases/policies/figures": CASES, "GET /api/cases/policies/export.csv": CASES,
    "GET /api/supervisions": CASES, "GET /api/supervisions/export.csv": CASES,
    "GET /api/supervisions/figures": CASES, "GET /api/supervisions/figures.csv": CASES,
    "GET /api/consultations?box=out": CASES, "GET /api/consultations/export.csv?box=out": CASES,
    "GET /api/deliveries": DATA, "GET /api/exceptions": DATA, "GET /api/disputes": DATA, "GET /api/control-areas": DATA,
    "GET /api/bulletins/{bulletin}": DATA,
}  # fmt: skip


@pytest.mark.parametrize("operation", LISTS)
def test_a_list_holds_what_its_county_holds_and_nothing_of_another(places, operation):
    """The negative side alone would be passed by a list that is always empty."""
    marks = {county: {county, canary, kernel.region(county).name} for county, canary in COUNTIES.items()}
    for county, place in places.items():
        answer = ask(signed_in(LISTS[operation], county), operation, place)
        body = body_of(answer).decode()
        assert answer.status_code == 200, body[:300]
        assert [c for c in COUNTIES if any(mark in body for mark in marks[c])] == [county], (county, body[:2000])


ABOVE = (("province_chief", "340000"), ("system_admin", "340000"))


def test_an_order_to_migrate_is_the_provinces_and_shows_its_lines_to_nobody_below(places, inner):
    told = [one for one in inner if "{order}" in one and one.startswith("GET")]
    assert len(told) == 2
    for operation in told:
        for (role, region), seen in {**dict.fromkeys(ABOVE, 3), ("system_admin", "340121"): 0}.items():
            body = body_of(ask(signed_in(role, region), operation, places["340123"])).decode()
            assert sum(canary in body for canary in COUNTIES.values()) == seen, (operation, role, region, body[:300])


def test_no_address_is_asked_with_a_hole_in_it(places, inner):
    assert [o for o in inner if "{" in places["340123"].address(o)] == []


HOSTILE = ["²", "", "\x00", "'", "9" * 40, "-1", "NaN", "340123x", "☃", "[]", "%", "2024-13-45", "a" * 3000]


def test_no_text_in_any_parameter_makes_a_fault(places, inner):
    """Each query parameter of each reading operation, each hostile text: a plain answer or a plain refusal."""
    contract, faults = Client().get("/api/openapi.json").json()["paths"], []
    clients = [
        signed_in("data_reviewer", "340000"),
        signed_in("province_chief", "340000"),
        signed_in("auditor", "340000"),
    ]
    for path, methods in contract.items():
        asked = [p["name"] for p in methods.get("get", {}).get("parameters", []) if p["in"] == "query"]
        base = places["340123"].address(f"GET {path}").split("?")[0] if asked else ""
        told = dict(
            pair.split("=", 1) for pair in places["340123"].address(f"GET {path}").partition("?")[2].split("&") if pair
        )
        for name in asked:
            for text in HOSTILE:
                for client in clients:
                    answer = client.get(base, {**told, name: text})
                    faults += [(path, name, text)] if answer.status_code >= 500 else []
                    if answer.status_code != 403:
                        break
    assert faults == []
