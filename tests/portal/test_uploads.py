"""Uploads, filings, feeds and receipts over HTTP: the meaning of tus, the same refusals for everyone who may not."""

import base64
import hashlib
import http.server
import json
import os
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.onemap.deliveries.test_kinds import PLACE, RECORD
from ziyuan.kernel import service as kernel
from ziyuan.kernel.nodes.node import node_file
from ziyuan.onemap.deliveries.arrivals import receive_upload, sweep
from ziyuan.onemap.deliveries.models import Delivery

COUNTY = "340123"
PARTS = "application/offset+octet-stream"


@pytest.fixture
def signed_in(officer):
    """A browser of a stored person of a role and region; it sends its CSRF mark."""

    def go(role: str, region: str) -> Client:
        user = f"upload-{role}-{region}"
        officer(role, region, user)
        client = Client()
        told = client.post("/api/login", json.dumps({"user": user, "password": "test-password"}), "application/json")
        client.defaults["HTTP_X_CSRFTOKEN"] = told.json()["csrf"]
        return client

    return go


def begin(client, size=10, **more):
    body = {"county": COUNTY, "period": "2024", "name": "340123-2024.zip", "size": size, **more}
    return client.post("/api/uploads", json.dumps(body), "application/json")


def patch(client, upload: str, offset, body: bytes, **headers):
    told = {"Upload-Offset": str(offset), **{k.replace("_", "-"): v for k, v in headers.items()}}
    return client.patch(f"/api/uploads/{upload}", body, PARTS, headers=told)


def test_the_road_of_tus_over_http(signed_in):
    officer = signed_in("data_officer", COUNTY)
    made = begin(officer, sm3=hashlib.new("sm3", b"0123456789").hexdigest())
    told = made.json()
    assert made.status_code == 201 and made["Location"] == f"/api/uploads/{told['id']}"
    assert (made["Tus-Resumable"], made["Upload-Offset"], told["state"]) == ("1.0.0", "0", "open")
    checksum = base64.b64encode(hashlib.sha256(b"01234").digest()).decode()
    first = patch(officer, told["id"], 0, b"01234", Upload_Checksum=f"sha256 {checksum}")
    assert (first.status_code, first["Upload-Offset"], first.content) == (204, "5", b"")
    asked = officer.head(f"/api/uploads/{told['id']}")
    assert asked.status_code == 200 and asked["Cache-Control"] == "no-store"
    assert (asked["Upload-Offset"], asked["Upload-Length"]) == ("5", "10")
    assert begin(officer).json()["offset"] == 5
    assert [u["no"] for u in officer.get("/api/uploads").json()["items"]] == ["340123-2024-1"]
    assert officer.get(f"/api/deliveries/{told['delivery']}").json()["upload"]["offset"] == 5
    assert patch(officer, told["id"], 5, b"56789").status_code == 204
    receive_upload(upload=told["id"])
    delivery = officer.get(f"/api/deliveries/{told['delivery']}").json()
    assert (delivery["state"], delivery["queue"]["place"], delivery["road"][0]["state"]) == ("received", 1, "done")
    assert b"".join(officer.get(f"/api/deliveries/{told['delivery']}/file").streaming_content) == b"0123456789"
    waiting = officer.get("/api/deliveries/queue").json()
    assert [i["no"] for i in waiting["items"]] == ["340123-2024-1"]


def test_each_refusal_has_its_own_code_and_words(signed_in):
    officer = signed_in("data_officer", COUNTY)
    upload = begin(officer).json()["id"]
    for answer, status, code in (
        (patch(officer, upload, 3, b"x"), 409, "ZY-DLV-033"),
        (patch(officer, upload, "-1", b"x"), 422, "ZY-WEB-001"),
        (patch(officer, upload, 0, b"x" * 11), 460, "ZY-DLV-034"),
        (patch(officer, upload, 0, b"x", Upload_Checksum="sm3 AAAA"), 460, "ZY-DLV-034"),
        (patch(officer, "nothing", 0, b"x"), 404, "ZY-DLV-030"),
        (begin(officer, size=11), 409, "ZY-DLV-036"),
        (begin(officer, size=0, period="2023"), 422, "ZY-DLV-004"),
        (begin(officer, county="340121"), 403, None),
        (begin(officer, mandate="../x"), 422, "ZY-DLV-001"),
        (begin(officer, sm3="zz"), 422, None),
    ):
        told = answer.json()
        assert answer.status_code == status and told["message"] and told["remedy"], told
        assert code in (None, told["code"]), told
    assert officer.delete(f"/api/uploads/{upload}").status_code == 204
    assert patch(officer, upload, 0, b"x").status_code == 410
    assert Client().patch(f"/api/uploads/{upload}", b"x", PARTS).status_code == 401
    assert patch(signed_in("data_officer", "340121"), upload, 0, b"x").status_code == 404


def test_the_one_part_door_takes_the_same_orders(signed_in):
    officer = signed_in("data_officer", COUNTY)
    file = SimpleUploadedFile("a.zip", b"0123456789", "application/zip")
    told = officer.post("/api/deliveries", {"file": file, "county": COUNTY, "period": "2024", "kind": "precursor"}).json()
    assert (told["state"], told["kind_title"], told["mandate"]) == ("received", "预检", "survey_county")
    wrong = SimpleUploadedFile("a.zip", b"0123456789", "application/zip")
    fields = {"county": COUNTY, "period": "2024", "kind": "precursor", "sm3": "0" * 64}
    refused = officer.post("/api/deliveries", {"file": wrong, **fields})
    assert (refused.status_code, refused.json()["code"]) == (422, "ZY-DLV-040")


def test_mandates_and_where_the_next_delivery_starts(signed_in):
    officer = signed_in("data_officer", COUNTY)
    items = {m["id"]: m for m in officer.get("/api/mandates").json()["items"]}
    survey = items["survey_county"]
    assert [s["verb"] for s in survey["levels"]] == ["submit", "forward", "accept"]
    assert {k["id"] for k in survey["kinds"]} == {"full", "partial", "precursor", "changes", "correction"}
    assert officer.get(f"/api/mandates/survey_county/start?county={COUNTY}").json()["bases"] == []
    fields = officer.get("/api/mandates/land_control_filing/form?layer=XSHX").json()["fields"]
    assert {"YSXZID", "HFRQ"} <= {f["name"] for f in fields}
    land = officer.get("/api/mandates/survey_county/form?layer=DLTB").json()["fields"]
    assert {"code": "0101", "name": "水田"} in next(f["values"] for f in land if f["name"] == "DLBM")


def test_a_record_is_filed_over_http_and_its_receipt_verified(signed_in):
    officer = signed_in("data_officer", COUNTY)
    body = {"mandate": "land_control_filing", "county": COUNTY, "layer": "XSHX", "attributes": RECORD, "geometry": PLACE,
            "valid_from": "2026-03-01"}  # fmt: skip
    told = officer.post("/api/filings", json.dumps(body), "application/json").json()
    assert told["state"] == "sealed", told
    shown = officer.get(f"/api/deliveries/{told['id']}/receipts/accepted.json")
    receipt = json.loads(shown.content)
    held = {"id": told["id"], "no": told["no"], "state": "sealed", "state_title": "已入库"}
    assert verify(officer, receipt) == {"valid": True, "verdict": "genuine", "why": "", "delivery": held}
    assert verify(signed_in("data_officer", "340121"), receipt)["delivery"] is None, "genuine, but another county's"
    altered = verify(officer, {**receipt, "period": "2025"})
    assert (altered["verdict"], altered["why"], altered["delivery"]) == ("altered", "内容与签名不符", None)
    assert verify(officer, {**receipt, "node": "elsewhere"})["verdict"] == "unknown"
    assert verify(officer, {**receipt, "signature": "不"})["verdict"] == "altered" and verify(officer, {})["verdict"] == "none"
    assert officer.get(f"/api/deliveries/{told['id']}/receipts/other.json").status_code == 404


def test_boundary_points_are_read_for_the_form_with_what_is_wrong_and_nothing_is_kept(signed_in):
    officer = signed_in("data_officer", COUNTY)
    lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "带号=39", "[地块坐标]", "4,1.0000,1,红线,面,,,,@",
             "J1,1,3510000.000,39514000.000", "J2,1,3510100.000,39514000.000", "J3,1,3510100.000,39514100.000",
             "J4,1,3510000.000,39514100.000"]  # fmt: skip

    def read(text, county=COUNTY, client=officer):
        file = SimpleUploadedFile("界址点.txt", text.encode("gb18030"))
        return client.post("/api/filings/outline", {"file": file, "county": county})

    told = read("\n".join(lines)).json()
    assert told["geometry"]["zone"] == 39 and told["geojson"]["type"] == "MultiPolygon" and told["shown"]["zone"] == 39
    body = {"mandate": "land_control_filing", "county": COUNTY, "layer": "XSHX", "attributes": RECORD,
            "geometry": told["geometry"], "valid_from": "2026-03-01"}  # fmt: skip
    filed = officer.post("/api/filings", json.dumps(body), "application/json").json()
    assert filed["facts"]["record"]["geometry"] == told["geometry"]
    broken = read("\n".join(lines[:-2])).json()
    assert broken["geometry"] is None and {p["severity"] for p in broken["problems"]} >= {"error"}
    assert read("x", "340121").status_code == 403
    assert read("x", client=signed_in("data_reviewer", "340000")).status_code == 403


def verify(client, receipt):
    return client.post("/api/receipts/verify", json.dumps({"receipt": receipt}), "application/json").json()


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A source system within the net: a folder, and an HTTP server that gives out what lies in it."""
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given):
            super().__init__(*given, directory=str(tmp_path))

        def do_GET(self):
            if self.path.startswith("/moved"):
                self.send_response(302)
                self.send_header("Location", "file:///etc/passwd")
                self.end_headers()
                return
            super().do_GET()

        def log_message(self, *given):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    monkeypatch.setitem(node_file(), "feeds", {"hosts": [host], "folders": [str(tmp_path)]})
    yield f"http://{host}", tmp_path
    server.shutdown()
    server.server_close()


def register(client, location, county=COUNTY):
    body = {"mandate": "control_lines_feed", "county": county, "location": location, "every": 24}
    return client.post("/api/feeds", json.dumps(body), "application/json")


def test_a_feed_is_fetched_when_due_and_only_what_is_new_is_delivered(signed_in, source):
    url, folder = source
    (folder / "lines.zip").write_bytes(b"first")
    province, officer = signed_in("data_reviewer", "340000"), signed_in("data_officer", COUNTY)
    feed = register(province, f"{url}/lines.zip").json()
    assert feed["source"].startswith("省级国土空间规划") and feed["licence"]
    sweep()
    (told,) = officer.get("/api/deliveries?kind=feed").json()["items"]
    assert (told["no"][:14], told["state"], told["file_name"]) == ("340123-2025-JR", "received", "lines.zip")
    fetch = f"/api/feeds/{feed['id']}/fetch"
    assert province.post(fetch).json() == {"unchanged": True}
    (folder / "lines.zip").write_bytes(b"second")
    assert province.post(fetch).json()["code"] == "ZY-DLV-005", "one at a time"
    officer.post(f"/api/deliveries/{told['id']}/actions/withdraw", "{}", "application/json")
    again = province.post(fetch).json()
    assert again["facts"]["licence"] == feed["licence"] and again["facts"]["location"].endswith("/lines.zip")
    assert officer.post(fetch).status_code == 403


def test_a_folder_gives_its_newest_package(signed_in, source):
    _url, folder = source
    (folder / "old.zip").write_bytes(b"old")
    (folder / "new.gpkg").write_bytes(b"new")
    os.utime(folder / "old.zip", (1, 1))
    province = signed_in("data_reviewer", "340000")
    feed = register(province, str(folder)).json()
    assert province.post(f"/api/feeds/{feed['id']}/fetch").json()["file_name"] == "new.gpkg"


def test_a_fetch_by_hand_that_fails_is_told_and_stays_written_beside_the_feed(signed_in, source):
    url, folder = source
    province = signed_in("data_reviewer", "340000")
    feed = register(province, f"{url}/absent.zip").json()
    told = province.post(f"/api/feeds/{feed['id']}/fetch")
    assert (told.status_code, "404" in told.json()["message"]) == (502, True)
    (shown,) = province.get("/api/feeds").json()["items"]
    assert "404" in shown["fault"] and shown["fetched"] is None
    (folder / "absent.zip").write_bytes(b"now")
    province.post(f"/api/feeds/{feed['id']}/fetch")
    (shown,) = province.get("/api/feeds").json()["items"]
    assert shown["fault"] == "" and shown["fetched"]


@pytest.mark.parametrize("location", [
    "/etc", "file:///etc/passwd", "http://127.0.0.1:1/x.zip", "http://user:pw@{host}/x.zip", "ftp://{host}/x.zip",
    "{folder}/../..", "relative.zip", "gopher://{host}/", "",
])  # fmt: skip
def test_no_other_place_is_ever_read(signed_in, source, location):
    url, folder = source
    province = signed_in("data_reviewer", "340000")
    answer = register(province, location.format(host=url.removeprefix("http://"), folder=folder))
    assert (answer.status_code, answer.json()["code"]) == (422, "ZY-DLV-043")


def test_a_source_that_fails_is_told_beside_the_feed_and_hinders_nobody(signed_in, source):
    url, folder = source
    province = signed_in("data_reviewer", "340000")
    register(province, f"{url}/nothing.zip")
    register(province, f"{url}/moved.zip", "340121")
    (folder / "good.zip").write_bytes(b"good")
    register(province, f"{url}/good.zip", "341124")
    sweep()
    told = {f["county"]: f["fault"] for f in province.get("/api/feeds").json()["items"]}
    assert "404" in told[COUNTY] and "302" in told["340121"] and told["341124"] == ""
    with kernel.acting(kernel.system_actor()):
        assert [d.county for d in Delivery.objects.filter(kind="feed")] == ["341124"]
