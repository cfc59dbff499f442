"""Every operation of the interface × every role × region: who may not is refused, who may sees his region and no more.

The expected answers come from the classification in tools/reference/operations.yaml, from the role table, and from
what the fixture itself put into each county; every answer is searched for the other counties' canaries. All requests
run over one database connection, as they do in a pool, with readers of different regions taking turns.
"""


import pytest
from django.db import connection
from django.test import Client
from tools.reference.api import needs, operations
from tools.reference.roles import permitted_roles
from tools.reference.zone import operations as here

from tests.portal.places import COUNTIES, LAYER, ask, body_of, code_of, signed_in, three_counties, within
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.sample import TITLES

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

@pytest.fixture
def places():
    return three_counties()


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
        client = next((c for c in clients if asked and c.get(base, told).status_code != 403), clients[0])
        for name, text in ((name, text) for name in asked for text in HOSTILE):
            answer = client.get(base, {**told, name: text})
            faults += [(path, name, text)] if answer.status_code >= 500 else []
    assert faults == []
