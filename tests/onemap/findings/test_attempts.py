"""The next attempt says of each problem whether it is fixed, still there or new; every field of it is kept."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape

import shapely

from tests.onemap.findings import small_package as made
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.findings.models import CheckRun, StoredFinding

CODE_RULE, OVERLAP_RULE = "DLTB-DLBM-domain", "DLTB-T1"


def test_a_finding_is_kept_with_every_field(deliver, people):
    attempt = deliver(made.with_overlap(made.with_wrong_code(made.lawful(), 9), 20))
    found = attempt.one(CODE_RULE)
    assert (found["standard"], found["severity"], found["duty"]) == ("tdt1057@2020", "error", "submitter")
    assert len(found["rule_version"]) == 16 and len(found["fingerprint"]) == 32 and found["run"] == 1
    assert (found["layer"], found["row"], found["field"], found["value"]) == ("DLTB", 10, "DLBM", "0199")
    assert found["file"].endswith(".gpkg") and found["epsg"] == 4527
    assert 39_512_000 < found["x"] < 39_513_000 and 116 < found["lon"] < 118 and 31 < found["lat"] < 33
    assert found["village"].startswith(made.COUNTY) and len(found["village"]) == 12
    assert (found["state"], found["standing"], found["since"]) == ("open", "new", attempt.told["no"])
    assert found["message"] and found["remedy"] and found["exception"] is None and found["dispute"] is None
    overlap = attempt.one(OVERLAP_RULE)
    assert overlap["geometry"]["type"] in ("Polygon", "MultiPolygon") and overlap["unit"] == "m2" and overlap["partners"]
    with kernel.acting(people["officer"]):
        row = StoredFinding.objects.get(pk=overlap["id"])
    plane = shapely.from_wkb(bytes(row.delivered))
    assert abs(plane.area - overlap["measure"]) < 0.05 and plane.bounds[0] > 39_000_000


def test_the_next_attempt_tells_fixed_still_and_new(deliver):
    base = made.lawful()
    deliver(made.with_overlap(made.with_wrong_code(made.with_wrong_code(base, 3), 9), 20))
    second = deliver(made.re_exported(made.with_overlap(made.with_wrong_code(made.with_wrong_code(base, 9), 40), 20)))
    told = {(f["rule"], f["key"]): f["standing"] for f in second.findings() if f["rule"] in (CODE_RULE, OVERLAP_RULE)}
    assert told[CODE_RULE, made.key(base, 9)] == "still"
    assert told[CODE_RULE, made.key(base, 40)] == "new"
    assert [s for (rule, _), s in told.items() if rule == OVERLAP_RULE] == ["still"]
    fixed = {f["key"] for f in second.findings(standing="fixed", rule=CODE_RULE)}
    assert fixed == {made.key(base, 3)}
    (gone,) = second.findings(standing="fixed", rule=CODE_RULE)
    assert (gone["state"], gone["standing_title"], gone["fixed_in"]) == ("fixed", "已改正", second.told["no"])
    assert {f["since"] for f in second.findings(standing="still")} == {"340123-2024-1"}
    counts = second.counts()["standing"]
    assert counts["new"] + counts["still"] == len(second.findings()) and counts["fixed"] >= 1


def test_a_third_attempt_is_measured_against_the_second(deliver):
    base = made.lawful()
    first = deliver(made.with_wrong_code(base, 3))
    deliver(made.with_wrong_code(base, 9))
    third = deliver(made.with_wrong_code(base, 9))
    assert third.findings(standing="fixed") == []
    assert third.one(CODE_RULE)["standing"] == "still" and third.one(CODE_RULE)["since"] == "340123-2024-2"
    assert [f["state"] for f in first.findings(rule=CODE_RULE)] == ["fixed"]


def test_what_could_not_be_read_fixes_nothing(deliver, people):
    base = made.lawful()
    deliver(made.with_wrong_code(base, 3))
    torn = onemap.deliveries.submit(people["officer"], (made.COUNTY, "2024"), b"no archive at all", "x.zip", "")
    onemap.deliveries.job.read_and_check(delivery=torn.pk)
    assert onemap.findings.counts(people["officer"], torn.pk)["standing"]["fixed"] == 0
    third = deliver(made.with_wrong_code(base, 3))
    assert third.one(CODE_RULE)["standing"] == "still" and third.one(CODE_RULE)["since"] == "340123-2024-1"
    gone = third.findings(standing="fixed")
    assert gone and all(f["rule"].startswith("ZY-") for f in gone)


def test_another_year_is_another_series(deliver):
    base = made.lawful()
    deliver(made.with_wrong_code(base, 3))
    later = made.with_wrong_code(base, 3)
    later.columns["DLTB"]["SJNF"] = [2023] * len(later.columns["DLTB"]["SJNF"])
    assert deliver(later, period="2023").one(CODE_RULE)["standing"] == "new"


def test_first_pass_and_score_are_told_of_the_first_attempt_only(deliver, people):
    base = made.lawful()
    failed = deliver(made.with_wrong_code(base, 3))
    told = failed.counts()
    assert told["first_pass"] is False and told["open_errors"] >= 1
    assert float(told["score"]["points"]) < 100 and told["score"]["source"] == "unconfirmed"
    second = deliver(base)
    assert second.counts()["first_pass"] is None and second.counts()["earlier"]["no"] == failed.told["no"]
    with kernel.acting(people["officer"]):
        assert CheckRun.objects.filter(first_pass__isnull=False).count() == 1


def test_filters_and_keyset_pages_give_each_finding_once(deliver, people):
    package = made.lawful()
    for row in (2, 5, 8, 11, 14):
        package = made.with_wrong_code(package, row)
    attempt = deliver(package)
    seen, after = [], None
    while True:
        page = onemap.findings.listing(people["officer"], attempt.id, rule=CODE_RULE, after=after, limit=2)
        seen += [f["id"] for f in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 5
    village = attempt.findings(rule=CODE_RULE)[0]["village"]
    chosen = attempt.findings(village=village)
    assert chosen and {f["village"] for f in chosen} == {village}
    assert attempt.findings(state="excepted") == [] and len(attempt.findings(state="open")) == len(attempt.findings())
    assert {f["layer"] for f in attempt.findings(layer="tdt1057@2020~DLTB")} == {"DLTB"}


def test_a_rule_lowered_by_the_mandate_does_not_return_and_is_printed(deliver, people, monkeypatch):
    from ziyuan.onemap.deliveries import job
    from ziyuan.onemap.quality.switches import read

    rules = {f["rule"] for f in deliver(made.with_wrong_code(made.lawful(), 9)).findings(severity="error")}
    lowered = read([{"rule": rule, "severity": "warning", "reason": "试行期", "source": "某通知"} for rule in sorted(rules)])
    task = replace(job.mandate("survey_county"), switches=lowered)
    monkeypatch.setattr(job, "mandate", lambda name: task)
    attempt = deliver(made.with_wrong_code(made.lawful(), 9))
    assert attempt.state == "review" and {f["severity"] for f in attempt.findings()} <= {"warning", "note"}
    assert {s["rule"] for s in attempt.counts()["switches"]} == rules
    page, _ = onemap.deliveries.report_file(people["officer"], attempt.id, "html")
    assert "错误降为警告(试行期;某通知)" in page.decode()


def test_the_signed_figures_of_a_report_hold_and_changed_ones_do_not(deliver, people):
    attempt = deliver(made.with_wrong_code(made.lawful(), 9))
    body, _ = onemap.deliveries.report_file(people["officer"], attempt.id, "html")
    text = unescape(body.decode())
    told = dict(part.split("=", 1) for part in re.search(r"签名内容</th><td>([^<]*)", text).group(1).split(";"))
    told["signature"] = re.search(r"签名</th><td>([^<]*)", text).group(1)
    assert onemap.deliveries.report_holds(told)
    assert not onemap.deliveries.report_holds({**told, "open": "0"})


def test_the_report_tells_the_time_of_the_office(deliver, people):
    attempt = deliver(made.lawful())
    body, _ = onemap.deliveries.report_file(people["officer"], attempt.id, "html")
    told = re.search(r"提交时间</dt><dd>([^<]*)", body.decode()).group(1)
    here = datetime.strptime(told, "%Y-%m-%d %H:%M").replace(tzinfo=kernel.now().tzinfo)
    assert abs(kernel.now() - here) < timedelta(minutes=10)
