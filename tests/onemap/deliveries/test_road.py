"""The road of a delivery: submitted, checked, returned or reviewed, accepted, sealed; each act once, each guarded."""

import io
import json
import zipfile

import pytest

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import errors, job
from ziyuan.onemap.deliveries.models import Delivery, DeliveryNote
from ziyuan.onemap.findings.models import StoredFinding

COUNTY, PERIOD = "340123", "2024"
deliveries = onemap.deliveries


def test_a_clean_package_goes_to_review_with_a_signed_receipt(registered, deliver, sample):
    told = deliver(sample / "340123-2024.zip")
    assert (told["no"], told["state"], told["errors"], told["warnings"]) == ("340123-2024-1", "review", 0, 0)
    assert [layer["layer"] for layer in told["layers"]][:1] == ["tdt1057@2020/XZQ"]
    assert told["members"][0]["name"].endswith(".gpkg")
    assert deliveries.receipt_holds(told["receipt"])
    assert not deliveries.receipt_holds({**told["receipt"], "period": "2023"})
    assert [note["act"] for note in told["notes"]] == ["submit", "check"]
    assert all(note["signed"] for note in told["notes"])
    west, south, east, north = told["bounds"]
    assert 116 < west < east < 118 and 31 < south < north < 33


def test_the_province_accepts_and_the_map_shows_it_at_once(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024.zip")
    row = deliveries.accept(people["province"], told["id"], "同意入库", "cmd-1")
    assert row.state == "sealed" and len(row.editions) == 6
    count = onemap.count(people["province"], "tdt1057@2020/DLTB", county=COUNTY)
    features = next(la["features"] for la in told["layers"] if la["layer"].endswith("DLTB"))
    assert features in count.values()
    after = deliveries.detail(people["officer"], row.pk)
    assert after["receipt"]["kind"] == "accepted" and deliveries.receipt_holds(after["receipt"])
    assert after["edition"] == row.editions[0]["digest"]


def test_accepting_twice_with_one_command_seals_once(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024.zip")
    for _ in range(2):
        deliveries.accept(people["province"], told["id"], "同意", "cmd-2")
    with kernel.acting(people["province"]):
        assert DeliveryNote.objects.filter(delivery=told["id"], act="accept").count() == 1
    with pytest.raises(errors.WrongState):
        deliveries.accept(people["province"], told["id"], "同意", "cmd-3")


def test_a_faulty_package_is_returned_with_every_planted_fault(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024-faulty.zip")
    assert told["state"] == "returned" and told["errors"] > 0
    found, after = [], None
    while True:
        page = onemap.findings.listing(people["officer"], told["id"], after=after, limit=50)
        found += page["items"]
        after = page["next"]
        if after is None:
            break
    assert len({f["id"] for f in found}) == len(found)
    planted = json.loads((sample / "faults.json").read_text(encoding="utf-8"))
    met = {(f["rule"], f["layer"], f["key"]) for f in found} | {
        (f["rule"], f["layer"], p) for f in found for p in f["partners"]
    }
    planted = [p for p in planted if p["key"] and not p.get("effect_of")]  # effects may be told of a neighbour
    assert len(planted) > 20
    assert [p for p in planted if (p["rule"], p["layer"], p["key"]) not in met] == []
    placed = [f for f in found if f["x"] is not None]
    assert placed and all(116 < f["lon"] < 118 and 31 < f["lat"] < 33 for f in placed)
    assert all(f["message"] and f["remedy"] and f["severity_title"] for f in found)


def test_findings_are_chosen_by_rule_severity_layer_and_word(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024-faulty.zip")
    everything = onemap.findings.listing(people["city"], told["id"], limit=1000)["items"]
    one = everything[0]
    for name in ("rule", "severity", "layer"):
        chosen = onemap.findings.listing(people["city"], told["id"], **{name: one[name]}, limit=1000)["items"]
        assert chosen == [f for f in everything if f[name] == one[name]]
    assert onemap.findings.listing(people["city"], told["id"], q="没有这样的词")["items"] == []


def test_findings_go_back_as_map_geopackage_and_pdf(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024-faulty.zip")
    on_map = onemap.findings.on_map(people["officer"], told["id"])
    assert on_map["features"] and on_map["left_off"] == 0
    body, name = deliveries.report_file(people["officer"], told["id"], "gpkg")
    assert body.startswith(b"SQLite format 3") and name == "340123-2024-1-错误图层.gpkg"
    body, name = deliveries.report_file(people["officer"], told["id"], "pdf")
    assert body.startswith(b"%PDF") and name.endswith("质检报告.pdf")


def test_after_a_return_the_next_attempt_has_the_next_number(registered, deliver, sample):
    assert deliver(sample / "340123-2024-faulty.zip")["no"] == "340123-2024-1"
    second = deliver(sample / "340123-2024.zip")
    assert (second["no"], second["state"]) == ("340123-2024-2", "review")


def test_one_command_is_one_delivery(registered, deliver, sample, people):
    first = deliver(sample / "340123-2024.zip", command="same", check=False)
    again = deliver(sample / "340123-2024.zip", command="same", check=False)
    assert first["id"] == again["id"]
    with kernel.acting(people["officer"]):
        assert Delivery.objects.count() == 1
    with pytest.raises(errors.StillOpen, match="340123-2024-1"):
        deliver(sample / "340123-2024.zip", command="another", check=False)
    with pytest.raises(errors.CommandReused):
        deliveries.withdraw(people["officer"], first["id"], "", "same")


@pytest.mark.parametrize("step", ["read_package", "check", "store", "receipt"])
def test_a_check_killed_at_any_step_runs_again_to_the_same_result(
    registered, deliver, sample, people, monkeypatch, step
):
    told = deliver(sample / "340123-2024-faulty.zip", check=False)

    class Killed(BaseException):
        pass

    def kill(*arguments, **options):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(job, step, kill)
        with pytest.raises(Killed):
            job.read_and_check(delivery=told["id"])
    waiting = deliveries.detail(people["officer"], told["id"])
    assert waiting["state"] in ("reading", "checking") and waiting["summary"] == []
    assert onemap.findings.listing(people["officer"], told["id"])["items"] == []
    job.read_and_check(delivery=told["id"])
    after = deliveries.detail(people["officer"], told["id"])
    assert after["state"] == "returned" and [n["act"] for n in after["notes"]] == ["submit", "check"]
    found = onemap.findings.listing(people["officer"], told["id"], limit=1000)["items"]
    assert len(found) == sum(row["listed"] for row in after["summary"])


def test_a_second_run_of_a_finished_check_does_nothing(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024.zip")
    job.read_and_check(delivery=told["id"])
    assert len(deliveries.detail(people["officer"], told["id"])["notes"]) == 2


def test_a_delivery_withdrawn_during_the_check_stays_withdrawn(registered, deliver, sample, people, monkeypatch):
    told = deliver(sample / "340123-2024.zip", check=False)
    reader = job.read_package

    def read_and_withdraw(*arguments, **options):
        deliveries.withdraw(people["officer"], told["id"])
        return reader(*arguments, **options)

    monkeypatch.setattr(job, "read_package", read_and_withdraw)
    job.read_and_check(delivery=told["id"])
    assert deliveries.detail(people["officer"], told["id"])["state"] == "withdrawn"
    with kernel.acting(people["officer"]):
        assert StoredFinding.objects.count() == 0


@pytest.mark.parametrize(("file", "rule"), [
    (b"no archive at all", "ZY-SBX-010"),
    (b"", None),
])  # fmt: skip
def test_what_cannot_be_read_is_returned_in_words_or_refused(db, deliver, people, file, rule):
    if rule is None:
        with pytest.raises(errors.EmptyFile):
            deliver(file)
        with kernel.acting(people["officer"]):
            assert Delivery.objects.count() == 0
        return
    told = deliver(file)
    assert told["state"] == "returned" and told["summary"][0]["rule"] == rule
    (_first, *_rest) = onemap.findings.listing(people["officer"], told["id"])["items"]
    body, _name = deliveries.report_file(people["officer"], told["id"], "pdf")
    assert body.startswith(b"%PDF")


def test_a_package_without_a_layer_is_returned_before_the_rules_run(registered, deliver, people):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("说明.txt", "没有数据")
    told = deliver(out.getvalue())
    missing = [row for row in told["summary"] if row["rule"] == "ZY-FMT-004"]
    assert missing[0]["count"] == 3 and told["state"] == "returned"


def test_the_city_forwards_once_and_cannot_accept(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024.zip")
    with pytest.raises(errors.LevelTooLow):
        deliveries.accept(people["city"], told["id"])
    assert deliveries.forward(people["city"], told["id"], "同意转报").stage == "province"
    with pytest.raises(errors.AlreadyForwarded):
        deliveries.forward(people["city"], told["id"])
    with pytest.raises(errors.LevelTooLow):
        deliveries.forward(people["province"], told["id"])


def test_a_return_needs_a_reason(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024.zip")
    with pytest.raises(errors.OpinionWanted):
        deliveries.return_(people["city"], told["id"], "  ")
    assert deliveries.return_(people["city"], told["id"], "权属单位名称请核对").state == "returned"


@pytest.mark.parametrize("who", ["neighbour", "other_city"])
def test_another_region_sees_and_does_nothing(registered, deliver, sample, people, who):
    told = deliver(sample / "340123-2024-faulty.zip")
    stranger = people[who]
    assert deliveries.listing(stranger)["items"] == []
    assert deliveries.control_areas(stranger)["items"] == []
    for read in (deliveries.detail, onemap.findings.listing, onemap.findings.on_map,
                 lambda by, no: deliveries.report_file(by, no, "pdf")):  # fmt: skip
        with pytest.raises(kernel_errors.NotFound):
            read(stranger, told["id"])
    with pytest.raises(kernel_errors.NotFound):
        deliveries.preview(stranger, told["id"], "DLTB", "116,31,118,32")
    for act in (deliveries.accept, deliveries.return_, deliveries.withdraw, deliveries.forward):
        with pytest.raises((kernel_errors.NotFound, kernel_errors.NotAllowed)):
            act(stranger, told["id"], "x")
    with pytest.raises(kernel_errors.NotAllowed):
        deliveries.submit(stranger, (COUNTY, PERIOD), b"x", "x.zip")


def test_the_countys_officer_may_not_decide_on_his_own_delivery(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024.zip")
    for act in (deliveries.accept, deliveries.return_, deliveries.forward):
        with pytest.raises(kernel_errors.NotAllowed):
            act(people["officer"], told["id"], "x")
    assert [a["id"] for a in told["actions"]] == ["withdraw"]
    offered = deliveries.detail(people["province"], told["id"])["actions"]
    assert {a["id"]: a["enabled"] for a in offered} == {"accept": True, "forward": False, "return": True}


@pytest.mark.parametrize("period", ["2009", "2099", "20x4", ""])
def test_a_year_that_cannot_be_is_refused(db, people, period):
    with pytest.raises(errors.PeriodRefused):
        deliveries.open_(people["officer"], COUNTY, period)


def test_a_changed_byte_of_the_kept_layers_stops_the_acceptance(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024.zip")
    with kernel.acting(people["province"]):
        kept = Delivery.objects.get(pk=told["id"]).kept
    path = kernel.file_path(kept["DLTB"]["sm3"])
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.chmod(0o640)
    try:
        path.write_bytes(bytes(body))
        with pytest.raises(errors.KeptFileBroken, match="DLTB"):
            deliveries.accept(people["province"], told["id"], "同意")
        assert deliveries.detail(people["province"], told["id"])["state"] == "review"
    finally:
        path.unlink()


def test_the_preview_holds_only_what_meets_the_window(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024.zip")
    west, south, east, north = told["bounds"]
    whole = deliveries.preview(people["officer"], told["id"], "tdt1057@2020~DLTB", f"{west},{south},{east},{north}")
    x, y = (west + east) / 2, (south + north) / 2
    small = deliveries.preview(people["officer"], told["id"], "DLTB", f"{x},{y},{x + 0.01},{y + 0.01}")
    assert 0 < len(small["features"]) < len(whole["features"])
    assert small["features"][0]["properties"]["key"].startswith(COUNTY)


def test_a_window_that_is_none_is_refused_in_words(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024.zip")
    for bbox in ("", "1,2,3", "a,b,c,d", "118,31,117,32", "nan,nan,nan,nan", "1e9,0,2e9,1"):
        with pytest.raises(errors.WindowWrong):
            deliveries.preview(people["officer"], told["id"], "DLTB", bbox)
