"""Editions over HTTP: lists on two clocks, acts with their marks, packages down and up."""

import json
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.onemap import small_county as world
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of
from ziyuan.onemap import service as onemap

COUNTY, LAYER = world.COUNTY, "tdt1057@2020~DLTB"
Y2024, Y2025 = date(2024, 12, 31), date(2025, 12, 31)
pytestmark = pytest.mark.django_db


def signed_in(role, region):
    add_person(f"ed-{role}", "某人", organ_of(region), "edition-password", [role], SINCE)
    client = Client()
    told = {"user": f"ed-{role}", "password": "edition-password"}
    client.defaults["HTTP_X_CSRFTOKEN"] = client.post("/api/login", json.dumps(told), "application/json").json()["csrf"]
    return client


def sealed(no, patches, day):
    by = kernel.system_actor()
    return onemap.seal(no, {"DLTB": world.table(patches)}, county=COUNTY, reference_date=day, by=by)[0]


@pytest.fixture
def two_years():
    patches = world.county()
    later = [replace(patches[0], values={**patches[0].values, "DLBM": "0602", "DLMC": "采矿用地"}), *patches[1:]]
    return sealed("A", patches, Y2024), sealed("B", world.in_year(later, 2025), Y2025)


@pytest.fixture
def reviewer():
    return signed_in("data_reviewer", "340000")


def post(client, address, body):
    return client.post(address, json.dumps(body), "application/json")


def test_the_list_says_how_each_edition_came_and_stands(reviewer, two_years):
    items = reviewer.get(f"/api/layers/{LAYER}/editions?county={COUNTY}").json()["items"]
    assert [(e["id"], e["kind_title"], e["state_title"]) for e in items] == [
        (two_years[1].pk, "汇交", "现行"),
        (two_years[0].pk, "汇交", "往年"),
    ]
    assert [a["id"] for a in items[0]["actions"] if a["enabled"]] == ["withdraw", "changeset"]
    assert reviewer.get(f"/api/editions/{two_years[0].pk}/verify").json()["ok"]


def test_a_withdrawal_carries_the_mark_of_the_impact_that_was_shown(reviewer, two_years):
    first = two_years[0].pk
    impact = reviewer.get(f"/api/editions/{first}/impact").json()
    assert [d["kind"] for d in impact["standing"]] == ["后续版本"]
    assert post(reviewer, f"/api/editions/{first}/actions/withdraw", {"reason": "误报"}).json()["code"] == "ZY-EDN-016"
    done = post(reviewer, f"/api/editions/{first}/actions/withdraw", {"reason": "误报", "seen": impact["mark"]}).json()
    assert (done["state"], done["withdrawn_reason"]) == ("withdrawn", "误报")


def test_a_rollback_is_a_new_edition_and_known_asks_what_was_said_before(reviewer, two_years):
    made = post(reviewer, f"/api/editions/{two_years[0].pk}/actions/rollback", {"reason": "整县错位"}).json()
    assert (made["kind_title"], made["digest"], made["reference_date"]) == ("回退", two_years[0].hex_digest, "2025-12-31")
    key, known = world.county()[0].key, two_years[1].sealed.isoformat()
    at = f"/api/layers/{LAYER}/features/{COUNTY}/{key}?asof=2025-12-31"

    def code(address, **asked):
        fields = reviewer.get(address, asked).json()["properties"]
        return next(f["value"] for f in fields if f["name"] == "DLBM")

    assert (code(at), code(f"/api/layers/{LAYER}/features/{COUNTY}/{key}", asof="2025-12-31", known=known)) == ("0101", "0602")
    told = reviewer.get(f"/api/layers/{LAYER}/statistics", {"county": COUNTY, "asof": "2025-12-31", "known": known}).json()
    assert "0602" in [row["code"] for row in told["rows"]]
    assert reviewer.get(f"/api/layers/{LAYER}/count", {"county": COUNTY, "known": "2020-01-01"}).json()["count"] == 0
    assert reviewer.get(f"/api/layers/{LAYER}/count", {"county": COUNTY, "known": "gestern"}).json()["code"] == "ZY-EDN-018"


def test_a_package_goes_down_from_one_node_and_is_applied_on_another(reviewer):
    first = sealed("A", world.county(), Y2024)
    point = transaction.savepoint()
    changed = [replace(world.county()[0], values={**world.county()[0].values, "ZLDWMC": "新村"}), *world.county()[1:]]
    second = sealed("B", changed, Y2025)
    asked = f"/api/layers/{LAYER}/changeset?county={COUNTY}&from={first.pk}&to={second.pk}"
    body = reviewer.get(asked).content
    transaction.savepoint_rollback(point)

    def file():
        return {"file": SimpleUploadedFile("a.zyc", body)}

    told = reviewer.post("/api/changesets/inspect", file()).json()
    assert (told["applies"], told["summary"]["update"], told["base"]["digest"]) == (True, 1, first.hex_digest)
    assert [(c["change"], c["fields"]) for c in told["changes"]] == [("update", ["ZLDWMC"])] and told["left_off"] == 0
    shape = told["changes"][0]["shape"]
    west, south = shape["coordinates"][0][0][0]
    assert shape["type"] == "MultiPolygon" and 116 < west < 118 and 31 < south < 33, "degrees"
    made = reviewer.post("/api/changesets", file()).json()
    assert (made["digest"], made["kind_title"]) == (second.hex_digest, "增量包")
    assert reviewer.post("/api/changesets/inspect", file()).json()["why"] == "本地已是目标版本"


def test_the_flow_of_a_region_is_the_sum_and_closes_on_every_level(reviewer, two_years):
    for level in ("class", "level1", "three_class"):
        asked = {"region": "340100", "from": "2024", "to": "2025", "level": level}
        told = reviewer.get(f"/api/layers/{LAYER}/flow", asked).json()
        assert told["closes"]
        assert sum(map(world.Decimal, told["row_totals"])) == sum(map(world.Decimal, told["column_totals"]))
        assert told["counties"] == [COUNTY]
        table = reviewer.get(f"/api/layers/{LAYER}/flow.csv", asked).content.decode("utf-8-sig").splitlines()
        assert table[-2].split(",")[1:-1] == told["column_totals"] and "闭合" in table[-1]
    assert [c["code"] for c in told["classes"]] == ["农用地", "建设用地"]
    assert told["matrix"][0][1] == str(world.county()[0].values["TBDLMJ"])


def test_one_feature_is_proved_to_belong_to_its_edition(reviewer, two_years):
    told = reviewer.get(f"/api/editions/{two_years[0].pk}/proof/{world.county()[3].key}").json()
    assert (told["root"], told["size"], told["index"]) == (two_years[0].hex_digest, 30, 3)


def test_a_county_officer_reads_but_may_not_undo_or_apply(two_years):
    officer = signed_in("data_officer", COUNTY)
    assert officer.get(f"/api/editions/{two_years[0].pk}").status_code == 200
    for address in (f"/api/editions/{two_years[0].pk}/actions/withdraw", f"/api/editions/{two_years[0].pk}/actions/rollback"):
        assert post(officer, address, {"reason": "x"}).status_code == 403
    assert officer.post("/api/changesets", {"file": SimpleUploadedFile("a.zyc", b"x")}).status_code == 403


def test_another_county_does_not_see_the_edition(two_years):
    assert signed_in("data_officer", "341124").get(f"/api/editions/{two_years[0].pk}").status_code == 404
