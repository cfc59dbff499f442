"""Added steps and promised papers by the interface: what may be chosen, the record after each act, a file by form."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.portal.test_case_clock import accepted, post, signed_in  # noqa: F401  (accepted is a fixture)
from tests.workflow.tasks import linear
from tests.workflow.world import World, box, seal_county

PROMISE = [{"kind": "paper", "target": "farmland_proof", "text": "期限内补交。"}]


def test_who_may_be_asked_is_offered_and_the_record_tells_who_was(accepted):  # noqa: F811
    address, _, chief = accepted
    post(chief, f"{address}/actions/claim")
    found = chief.get(f"{address}/choices?action=add_before&task=2").json()
    assert {"id", "name", "organ_name"} == found[0].keys()
    assert chief.get(f"{address}/choices?action=nothing").json() == []
    answer = post(chief, f"{address}/actions/add_before", to=found[0]["id"], opinion="请先看。")
    assert answer.status_code == 200, answer.json()
    told = answer.json()
    assert [a["id"] for a in told["actions"]] == ["remove"]
    node = next(n for n in told["flow"]["nodes"] if n["id"] == "county_decide")
    assert [s["person"] for s in node["added"]] == [found[0]["name"]]
    stranger = post(chief, f"{address}/actions/remove", to="99", opinion="误。")
    assert (stranger.status_code, stranger.json()["code"]) == (422, "ZY-WFL-041")


@pytest.fixture
def promised(db, monkeypatch, tmp_path):
    """(address of a case on farmland accepted with a gap, its clerk)."""
    linear.publish(monkeypatch, tmp_path)
    seal_county()
    clerk = signed_in("county_clerk")
    address = f"/api/cases/{World().open(box(200, 120, 260, 180)).pk}"
    post(clerk, f"{address}/actions/claim")
    assert post(clerk, f"{address}/actions/accept_gap", items=PROMISE).status_code == 200
    return address, clerk


def test_the_promised_paper_comes_by_form_and_a_repeat_changes_nothing(promised):
    address, clerk = promised
    for _ in range(2):
        file = SimpleUploadedFile("论证.pdf", b"%PDF- paper")
        answer = clerk.post(f"{address}/gaps/farmland_proof", {"file": file, "command": "one"})
        assert answer.status_code == 200, answer.json()
    told = answer.json()
    assert [bool(g["filled"]) for g in told["gaps"]] == [True]
    assert [p["name"] for p in told["papers"] if p["kind"] == "farmland_proof"] == ["论证.pdf"]


def test_a_file_that_is_no_paper_and_a_form_without_one_are_refused(promised):
    address, clerk = promised
    file = SimpleUploadedFile("论证.exe", b"MZ")
    assert clerk.post(f"{address}/gaps/farmland_proof", {"file": file}).status_code == 422
    assert clerk.post(f"{address}/gaps/farmland_proof", {}).status_code == 422
