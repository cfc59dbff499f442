"""流程升级 by the interface: the dry run, an order of two persons, its run and its tables."""

import json

import pytest
from django.test import Client

from tests.workflow.conftest import world  # noqa: F401  (a fixture)
from tests.workflow.migrating.test_orders import MATTER, town  # noqa: F401  (town is a fixture)
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of
from ziyuan.workflow.migrating.run import migrate_cases

PASSWORD = "migrate-password"


def signed_in(role: str, user: str) -> Client:
    add_person(user, user, organ_of("340000"), PASSWORD, [role], SINCE)
    client = Client()
    told = client.post("/api/login", json.dumps({"user": user, "password": PASSWORD}), "application/json").json()
    client.defaults["HTTP_X_CSRFTOKEN"] = told["csrf"]
    return client


def post(client: Client, address: str, **body):
    return client.post(address, json.dumps(body), "application/json")


@pytest.mark.django_db(databases=["default", "auditor"])
def test_an_administrator_makes_the_order_a_head_signs_it_and_either_sees_what_came_of_it(town):  # noqa: F811
    town.release()
    admin, head = signed_in("system_admin", "管理"), signed_in("province_chief", "处长甲")
    overview = admin.get("/api/migrations").json()
    assert (overview["matters"][0]["cases"], overview["orders"]) == (3, [])
    assert admin.get(f"/api/migrations/plan?matter={MATTER}").json()["counts"]["move"] == 3
    assert town.fresh.no.encode() in admin.get(f"/api/migrations/plan.csv?matter={MATTER}").content
    made = post(admin, "/api/migrations", matter=MATTER, reason="按新流程办理", command="one").json()
    address = f"/api/migrations/{made['id']}"
    assert post(admin, f"{address}/sign", opinion="同意").status_code == 403
    assert post(head, f"{address}/run").status_code == 409
    assert post(head, f"{address}/sign", opinion="").json()["facts"]["fields"] == {"opinion": "请写明意见"}
    signed = post(head, f"{address}/sign", opinion="同意").json()
    assert (signed["state"], signed["outcomes"]["waiting"], len(signed["items"])) == ("signed", 3, 3)
    assert post(admin, f"{address}/run", command="go").json()["state"] == "running"
    migrate_cases(order=made["id"])
    done = admin.get(f"{address}?outcome=moved").json()
    assert (done["state"], [one["outcome_title"] for one in done["items"]]) == ("done", ["已升级"] * 3)
    assert "已升级" in admin.get(f"{address}/lines.csv").content.decode()
    assert admin.get("/api/migrations/999999").status_code == 404
