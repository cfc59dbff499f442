"""Running cases come to the present version by an order that two persons stand for; each case once, or it stays."""

import csv
import io
import json
from datetime import date

import pytest
from click.testing import CliRunner

from tests.workflow import small_matter
from tests.workflow.world import ANHUI, FEIXI, HEFEI, breaks, person, tamper
from ziyuan.base import workdays
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import versions
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.cli import case as commands
from ziyuan.workflow.errors import FormIncomplete, MigrationRefused
from ziyuan.workflow.migrating import run as running
from ziyuan.workflow.migrating.order import verify_orders
from ziyuan.workflow.models import Case, CaseEvent, MigrationLine

MATTER = "use_control/site_review"
SIGN = '<userTask id="sign" name="签发" zy:role="city_chief" zy:level="city"'
OFFICE = SIGN.replace('"sign"', '"office"').replace("签发", "联签").replace("city_chief", "province_chief")
OFFICE = OFFICE.replace('zy:level="city"', 'zy:level="province"')
REVISED = small_matter.process("2 / 5").replace(SIGN, OFFICE)
for _old in ('sourceRef="sign"', 'targetRef="sign"', 'attachedToRef="sign"'):
    REVISED = REVISED.replace(_old, _old.replace("sign", "office"))
MAP = {"migrate": [{"from": "any", "nodes": {"sign": "office"}}]}


@pytest.fixture
def town(world, monkeypatch, tmp_path):
    """Four cases: at acceptance, in the review with one vote, at the signature, and one withdrawn."""
    old = small_matter.publish(monkeypatch, tmp_path, small_matter.process())
    town = Town(world, monkeypatch, tmp_path, old)
    yield town
    versions._earlier.cache_clear()


class Town:
    def __init__(self, world, monkeypatch, tmp_path, old):
        self.world, self.patch, self.folder, self.old = world, monkeypatch, tmp_path, old
        first = world.officer("county_chief", FEIXI)
        self.chiefs = [first, *(person("county_chief", FEIXI, f"t-chief-{n}", f"第{n}位负责人") for n in range(2, 6))]
        self.head = world.officer("province_chief", ANHUI)
        self.other = person("province_chief", ANHUI, "t-head-2", "第二处长")
        self.fresh, self.review, self.sign, self.over = (self.open() for _ in range(4))
        for case in (self.review, self.sign):
            world.act("county_clerk", FEIXI, case, "agree")
        self.vote(self.review, 2)
        for seat in (1, 2, 3):
            self.vote(self.sign, seat)
        workflow.withdraw({"no": self.over.outer_no}, kernel.system_actor())

    def open(self):
        return self.world.open(reviewers=[c.person for c in self.chiefs])

    def vote(self, case, seat: int, action: str = "agree") -> None:
        workflow.act(self.chiefs[seat - 1], case.pk, action, opinion="同意。")

    def release(self, text: str = REVISED, **more) -> None:
        self.new = small_matter.publish(self.patch, self.folder / "next", text, **(more or MAP))

    def plan(self) -> dict[str, dict]:
        return {line["case"]: line for line in workflow.migration_plan(self.head, MATTER)["items"]}

    def signed(self) -> int:
        number = workflow.make_order(self.head, MATTER, "按新流程办理")
        workflow.sign_order(self.other, number, "同意升级")
        return number

    def kinds(self, case) -> list[str]:
        with kernel.acting(kernel.system_actor()):
            return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))

    def row(self, case) -> Case:
        with kernel.acting(kernel.system_actor()):
            return Case.objects.get(pk=case.pk)

    def lines(self) -> dict[str, tuple[str, str]]:
        with kernel.acting(kernel.system_actor()):
            return {line.case.no: (line.outcome, line.reason) for line in _all_lines()}


def _all_lines():
    return MigrationLine.objects.select_related("case").order_by("pk")


def test_a_dry_run_lists_every_open_case_with_its_changes_and_writes_nothing(town):
    town.release()
    before = {case.pk: town.kinds(case) for case in (town.fresh, town.review, town.sign)}
    told = workflow.migration_plan(town.head, MATTER)
    assert told["counts"] == {"move": 3, "stay": 0, "refuse": 0}
    assert [line["case"] for line in told["items"]] == [c.no for c in (town.fresh, town.review, town.sign)]
    rows = {line["case"]: line["rows"] for line in told["items"]}
    assert rows[town.fresh.no] == rows[town.review.no] == []
    assert rows[town.sign.no][:3] == ["“签发”改称“联签”", "“签发”由市级负责人改由处长办理", "“签发”改由安徽省办理"]
    assert {case: town.kinds(town.row(Case(pk=case))) for case in before} == before
    assert told["versions"] == [{"version": town.old.version, "cases": 3}]


def test_a_node_that_is_gone_needs_a_line_or_the_case_stays(town):
    town.release(REVISED, migrate=[])
    line = town.plan()[town.sign.no]
    assert (line["verdict"], "“签发”(sign)在新版本中没有" in line["reason"]) == ("refuse", True)
    town.folder = town.folder / "again"
    town.release(REVISED, migrate=[{"finish_by_old": ["sign"]}])
    assert (town.plan()[town.sign.no]["verdict"], town.plan()[town.fresh.no]["verdict"]) == ("stay", "move")


def test_an_order_is_made_by_one_person_and_signed_by_another(town):
    town.release()
    number = workflow.make_order(town.head, MATTER, "按新流程办理", "c1")
    assert workflow.make_order(town.head, MATTER, "按新流程办理", "c1") == number
    with pytest.raises(MigrationRefused, match="没有签发"):
        running.run_order(number)
    with pytest.raises(MigrationRefused, match="须由另一人签发"):
        workflow.sign_order(town.head, number, "同意")
    with pytest.raises(FormIncomplete):
        workflow.sign_order(town.other, number, " ")
    workflow.sign_order(town.other, number, "同意升级")
    with pytest.raises(MigrationRefused, match="还没有办完"):
        workflow.make_order(town.head, MATTER, "再来一次")
    assert breaks(verify_orders) == []


def test_officers_of_a_county_neither_see_nor_make_orders(town):
    from ziyuan.kernel.errors import NotAllowed

    town.release()
    for ask in (
        lambda by: workflow.migration_plan(by, MATTER),
        lambda by: workflow.make_order(by, MATTER, "理由"),
        lambda by: workflow.start_order(by, 1),
    ):
        with pytest.raises(NotAllowed):
            ask(town.chiefs[0])


def test_what_was_signed_cannot_be_changed_afterwards(town, owners_rights):
    town.release()
    number = town.signed()
    tamper("UPDATE workflow_migrationline SET told = jsonb_set(told, '{verdict}', '\"stay\"') WHERE order_id = %s", number)
    assert [b.part for b in breaks(verify_orders)] == ["流程升级"]
    with pytest.raises(MigrationRefused, match="与签发时不符"):
        running.run_order(number)
    assert town.row(town.fresh).version == town.old.version


def test_the_run_moves_each_case_once_and_seats_votes_and_opinions_stay(town):
    town.release()
    before = town.world.state(town.review)
    number = town.signed()
    assert running.run_order(number) == {"moved": 3, "stayed": 0, "refused": 0, "over": 0, "waiting": 0}
    kinds = town.kinds(town.review)
    assert running.run_order(number)["moved"] == 3
    assert (kinds[-1], town.kinds(town.review)) == ("migrated", kinds)
    after = town.world.state(town.review)
    assert (after["tasks"], after["engine"]) == (before["tasks"], before["engine"])
    assert {town.row(c).version for c in (town.fresh, town.review, town.sign)} == {town.new.version}
    assert town.row(town.over).version == town.old.version
    town.vote(town.review, 5)
    assert sorted(node for node, _ in town.world.waiting(town.review)) == ["office"], "two of five decide now"
    assert breaks(verify_cases) == []


def test_the_work_goes_to_the_new_post_and_the_case_is_decided_on_the_new_version(town):
    town.release()
    assert workflow.tasks_count(town.world.officer("city_chief", HEFEI)) == 1
    running.run_order(town.signed())
    assert workflow.tasks_count(town.world.officer("city_chief", HEFEI)) == 0
    workflow.case_message(kernel.system_actor(), town.sign.pk, "reply")
    workflow.act(town.head, town.sign.pk, "claim")
    workflow.act(town.head, town.sign.pk, "agree", opinion="同意。")
    town.world.act("county_clerk", FEIXI, town.sign, "agree")
    assert town.row(town.sign).status == "granted"
    assert breaks(verify_cases) == []


def test_a_run_that_was_killed_goes_on_where_it_was(town, monkeypatch):
    town.release()
    number, real, seen = town.signed(), running.migrate_case, []

    class Killed(BaseException):
        pass

    def once(by, case, *rest):
        seen.append(case.pk)
        told = real(by, case, *rest)
        if len(seen) == 2:
            raise Killed
        return told

    monkeypatch.setattr(running, "migrate_case", once)
    with pytest.raises(Killed):
        running.run_order(number)
    assert [o for o, _ in town.lines().values()] == ["moved", "", ""], "the case under way is as it was"
    assert "migrated" not in town.kinds(town.review)
    running.run_order(number)
    assert [town.kinds(c).count("migrated") for c in (town.fresh, town.review, town.sign)] == [1, 1, 1]
    assert seen == [town.fresh.pk, town.review.pk, town.review.pk, town.sign.pk]


def test_a_case_worked_on_since_the_dry_run_moves_from_where_it_is_or_says_why_not(town):
    town.release()
    number = town.signed()
    town.world.act("county_clerk", FEIXI, town.fresh, "agree")
    workflow.withdraw({"no": town.review.outer_no}, kernel.system_actor())
    told = running.run_order(number)
    assert (told["moved"], told["over"]) == (2, 1)
    assert town.lines()[town.fresh.no] == ("moved", "试算之后又有办理,按现状升级")
    assert town.world.waiting(town.fresh) == [("review", FEIXI)] * 5


def test_a_signed_order_is_not_run_on_a_still_newer_version(town):
    town.release()
    number = town.signed()
    town.folder = town.folder / "again"
    town.release(small_matter.process("1 / 5"))
    with pytest.raises(MigrationRefused, match="又有了新版本"):
        running.run_order(number)


def test_the_new_limit_counts_from_the_day_of_acceptance(town, on_day):
    shorter = {"statutory": "use_control.site_review.statutory_days", "promised": "use_control.site_review.notify_days"}
    accepted = date.fromisoformat(town.world.state(town.sign)["case"]["accepted"])
    town.release(REVISED, **MAP, due=shorter)
    expected = workdays.after(accepted, 5).isoformat()
    line = town.plan()[town.sign.no]
    assert line["due"] == [workdays.after(accepted, 10).isoformat(), expected]
    running.run_order(town.signed())
    assert town.row(town.sign).due.isoformat() == expected
    assert town.row(town.fresh).due is None
    assert breaks(verify_cases) == []


def test_what_the_new_form_and_paper_list_ask_for_is_listed(town):
    town.release()
    form = json.loads((town.new.matter.folder / "form.json").read_text(encoding="utf-8"))
    form["data"]["required"].append("project_code")
    (town.new.matter.folder / "form.json").write_text(json.dumps(form), encoding="utf-8")
    papers = town.new.matter.told["papers"]
    papers[2]["required"] = True
    town.patch.undo()
    town.folder = town.folder / "again"
    town.patch.setattr(kernel, "matter", lambda key: town.new.matter)
    town.release(REVISED, **MAP, papers=papers)
    assert town.plan()[town.fresh.no]["missing"] == ["项目代码:请填写项目代码", "材料:选址位置图"]


def test_the_migrated_event_says_from_where_to_where_and_by_whom(town):
    town.release()
    running.run_order(town.signed())
    with kernel.acting(kernel.system_actor()):
        event = CaseEvent.objects.get(case=town.sign, kind="migrated")
    told = {name: event.body[name] for name in ("from", "to", "nodes", "signed_by")}
    assert told == {"from": town.old.version, "to": town.new.version, "nodes": {"sign": "office"}, "signed_by": "第二处长"}
    shown = workflow.case_record(town.head, town.sign.pk)["log"][-1]
    assert (shown["title"], shown["actor"]) == ("流程升级", "流程升级")


def test_a_row_that_lies_about_its_version_is_found(town, owners_rights):
    tamper("UPDATE workflow_case SET version = %s WHERE id = %s", "0" * 64, town.fresh.pk)
    assert "version" in [b.place.split()[-1] for b in breaks(verify_cases)]


def test_the_command_lists_runs_and_says_what_to_do(town):
    town.release()
    ask = CliRunner().invoke
    listed = ask(commands, ["migrate", MATTER, "--dry-run", "--json"])
    lines = [json.loads(text) for text in listed.stdout.splitlines()]
    assert (listed.exit_code, [one["verdict"] for one in lines]) == (0, ["move"] * 3)
    assert "升级 3 件" in listed.stderr
    unsigned = ask(commands, ["migrate", MATTER])
    assert (unsigned.exit_code, "由另一人签发" in unsigned.stderr) == (1, True)
    town.signed()
    run = ask(commands, ["migrate", MATTER])
    assert (run.exit_code, run.stdout) == (0, "已升级 3 件,按旧版本办完 0 件,未升级 0 件,已办结 0 件。\n")
    assert "流程升级 3 / 3 件" in run.stderr


def test_tables_hold_every_line_and_no_formula(town):
    town.release()
    number = town.signed()
    running.run_order(number)
    tables = [(workflow.migration_plan_csv(town.head, MATTER), 9), (workflow.migration_order_csv(town.head, number), 11)]
    for body, columns in tables:
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
        assert {len(row) for row in rows} == {columns}
    assert [row[9] for row in rows[1:]] == ["已升级"] * 3


def test_an_order_shows_what_may_be_done_with_it_and_why_not(town):
    town.release()
    number = workflow.make_order(town.head, MATTER, "按新流程办理")
    told = {a["title"]: a["reason"] for a in workflow.migration_order(town.head, number)["acts"]}
    assert told == {"签发": "升级单由您编制,须由另一人签发", "开始升级": "等待签发"}
    workflow.sign_order(town.other, number, "同意")
    workflow.start_order(town.head, number, "r1")
    workflow.start_order(town.head, number, "r1")
    assert workflow.migration_order(town.other, number)["state"] == "running"
    running.migrate_cases(order=number)
    told = workflow.migration_order(town.other, number)
    assert (told["state_title"], told["outcomes"]["moved"], told["total"]) == ("已办完", 3, 3)
    assert workflow.migration_matters(town.other)[0]["cases"] == 0
