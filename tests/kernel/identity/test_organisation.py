"""The organisation changes by acts that begin on a day; what was so before stays readable; what makes no sense is refused."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError, ProgrammingError

from tests.kernel.identity.office import (
    ANHUI,
    CHANGFENG,
    DAY,
    FEIXI,
    HEFEI,
    ORGAN,
    WHY,
    appoint,
    enter,
    names,
    officer,
    unit,
)
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity import posts
from ziyuan.kernel.identity.sample import organ_of
from ziyuan.kernel.models import Event, Membership, Organ, OrganChange, Person, Post, Session
from ziyuan.kernel.packs.registry import packs

LATER, NEXT_YEAR = date(2026, 6, 1), date(2027, 1, 4)


@pytest.fixture
def system(db):
    return officer("system_admin")


@pytest.fixture
def security(db):
    return officer("security_admin")


def tree(by, day=None, q=""):
    return {i["code"]: (i["name"], i["parent"]) for i in kernel.organisation(by, day=day, q=q)["items"]}


def test_a_county_stands_below_its_city_and_the_province(system):
    assert tree(officer("system_admin", ANHUI))[ORGAN] == ("肥西县自然资源和规划局", f"ZR{HEFEI}")
    assert Organ.objects.get(pk=ORGAN).name == "肥西县自然资源和规划局"


def test_a_new_name_and_place_hold_from_their_day_and_the_old_ones_before(system):
    unit(system, "FX-YT", "用途管制股")
    unit(system, "FX-GH", "规划股")
    kernel.rename_organ(system, "FX-YT", name="用途管制科", since=LATER, reason=WHY)
    kernel.move_organ(system, "FX-YT", parent="FX-GH", since=NEXT_YEAR, reason=WHY)
    assert tree(system, DAY - timedelta(1)).keys() == {ORGAN}
    assert tree(system, LATER - timedelta(1))["FX-YT"] == ("用途管制股", ORGAN)
    assert tree(system, LATER)["FX-YT"] == ("用途管制科", ORGAN)
    assert tree(system, NEXT_YEAR)["FX-YT"] == ("用途管制科", "FX-GH")
    told = kernel.unit_record(system, "FX-YT", day=NEXT_YEAR)
    assert [p["name"] for p in told["path"]][-2:] == ["肥西县自然资源和规划局", "规划股"]
    assert [(t["name"], t["since"], t["until"]) for t in told["terms"]] == [
        ("用途管制股", "2026-03-02", "2026-05-31"),
        ("用途管制科", "2026-06-01", "2027-01-03"),
        ("用途管制科", "2027-01-04", None),
    ]


def test_two_changes_of_one_day_leave_the_later_one_and_both_in_the_history(system):
    unit(system, "FX-YT", "用途管制股")
    for name in ("用途科", "用途管制科"):
        kernel.rename_organ(system, "FX-YT", name=name, since=LATER, reason=WHY)
    assert tree(system, LATER)["FX-YT"][0] == "用途管制科"
    assert tree(system, LATER - timedelta(1))["FX-YT"][0] == "用途管制股"
    told = [c["text"] for c in kernel.organ_changes(system, unit="FX-YT")["items"]]
    assert told == ["“用途科”更名为“用途管制科”", "“用途管制股”更名为“用途科”", "设立处室“用途管制股”"]


def test_each_change_names_who_when_and_why_and_is_audited(system):
    unit(system, "FX-YT", "用途管制股")
    with kernel.acting(system):
        row = OrganChange.objects.get()
    assert (row.actor, row.actor_id, row.day, row.reason, row.act) == (system.name, system.person, DAY, WHY, "organ.added")
    assert Event.objects.get(name="organ.changed").facts["unit"] == "FX-YT"
    with kernel.acting(system), pytest.raises(ProgrammingError), transaction.atomic():
        OrganChange.objects.update(reason="别的理由")


def test_the_history_of_another_region_is_not_read(system):
    unit(system, "FX-YT", "用途管制股")
    stranger = officer("system_admin", CHANGFENG)
    assert kernel.organ_changes(stranger)["items"] == []
    with kernel.acting(stranger):
        assert OrganChange.objects.count() == 0
    assert OrganChange.objects.count() == 0, "no session, no row"
    with pytest.raises(errors.NotFound):
        kernel.unit_record(stranger, "FX-YT")


def test_search_keeps_what_stands_above(system):
    unit(system, "FX-YT", "用途管制股")
    unit(system, "FX-YT1", "用地窗口", parent="FX-YT")
    unit(system, "FX-GH", "规划股")
    assert tree(system, DAY, q="窗口").keys() == {ORGAN, "FX-YT", "FX-YT1"}
    enter(system, "zhaoliu", "FX-GH")
    assert tree(system, DAY, q="zhaoliu同志").keys() == {ORGAN, "FX-GH"}
    assert tree(system, DAY, q="没有") == {}


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"code": "中文"}, "code", "字母、数字"),
        ({"code": ORGAN}, "code", "已被使用"),
        ({"name": " \x00 "}, "name", "请填写名称"),
        ({"kind": "group"}, "kind", "机关、处室、所或外部单位"),
        ({"parent": ""}, "parent", "请选择上级单位"),
        ({"since": None}, "since", "请填写设立日期"),
        ({"since": date(2019, 12, 31)}, "parent", "不存续"),
        ({"reason": ""}, "reason", "理由"),
    ],
)
def test_a_wrong_entry_is_told_field_by_field(system, wrong, field, says):
    given = {"code": "FX-YT", "name": "用途管制股", "kind": "division", "parent": ORGAN, "since": DAY, "reason": WHY}
    with pytest.raises(errors.BadEntry) as caught:
        kernel.add_organ(system, **{**given, **wrong})
    assert says in caught.value.facts["fields"][field]
    assert not Organ.objects.filter(kind="division").exists()


def test_two_units_of_one_name_do_not_stand_side_by_side(system):
    unit(system, "FX-YT", "用途管制股")
    with pytest.raises(errors.BadEntry, match="已有“用途管制股”"):
        unit(system, "FX-YT2", "用途管制股")
    unit(system, "FX-GH", "规划股")
    with pytest.raises(errors.ChangeRefused, match="已有“用途管制股”"):
        kernel.rename_organ(system, "FX-GH", name="用途管制股", since=LATER, reason=WHY)


def test_nothing_is_moved_into_what_lies_below_it_on_any_day(system):
    unit(system, "FX-A", "甲股")
    unit(system, "FX-B", "乙股", parent="FX-A")
    with pytest.raises(errors.ChangeRefused, match="循环"):
        kernel.move_organ(system, "FX-A", parent="FX-B", since=LATER, reason=WHY)
    with pytest.raises(errors.ChangeRefused, match="循环"):
        kernel.move_organ(system, "FX-A", parent="FX-A", since=LATER, reason=WHY)
    unit(system, "FX-C", "丙股")
    kernel.move_organ(system, "FX-C", parent="FX-A", since=NEXT_YEAR, reason=WHY)
    with pytest.raises(errors.ChangeRefused, match="循环"):
        kernel.move_organ(system, "FX-A", parent="FX-C", since=LATER, reason=WHY)  # a circle from next year on only


def test_a_division_stays_in_its_organ_and_an_organ_in_its_region(system):
    unit(system, "FX-A", "甲股")
    province = officer("system_admin", ANHUI)
    organ_of(CHANGFENG)
    with pytest.raises(errors.ChangeRefused, match="本机关内"):
        kernel.move_organ(province, "FX-A", parent=f"ZR{CHANGFENG}", since=LATER, reason=WHY)
    with pytest.raises(errors.ChangeRefused, match="上一级行政区"):
        kernel.move_organ(province, ORGAN, parent=f"ZR{CHANGFENG}", since=LATER, reason=WHY)


def test_a_unit_with_people_posts_or_units_is_not_closed(system, security):
    unit(system, "FX-A", "甲股")
    unit(system, "FX-B", "乙股", parent="FX-A")
    close = {"until": LATER, "reason": WHY}
    with pytest.raises(errors.ChangeRefused, match="还有下级单位:乙股"):
        kernel.close_organ(system, "FX-A", **close)
    person = enter(system, "zhang", "FX-B")
    post = appoint(security, person, "county_clerk", "FX-B")
    with pytest.raises(errors.ChangeRefused, match="还有任职人员:zhang同志"):
        kernel.close_organ(system, "FX-B", **close)
    kernel.end_post(security, post, until=LATER, reason=WHY)
    with pytest.raises(errors.ChangeRefused, match="还有在册人员:zhang同志"):
        kernel.close_organ(system, "FX-B", **close)
    kernel.move_person(system, person.pk, unit=ORGAN, since=LATER, reason=WHY)
    kernel.close_organ(system, "FX-B", **close)
    assert "FX-B" in tree(system, LATER) and "FX-B" not in tree(system, LATER + timedelta(1))
    with pytest.raises(errors.ChangeRefused, match="已于 2026-06-01 撤销"):
        kernel.rename_organ(system, "FX-B", name="丁股", since=NEXT_YEAR, reason=WHY)
    with pytest.raises(errors.BadEntry, match="撤销"):
        appoint(security, person, "county_clerk", "FX-B", until=NEXT_YEAR)


def test_days_in_the_wrong_order_are_refused_here_and_by_the_database(system, security):
    person = enter(system, "zhang")
    with pytest.raises(errors.BadEntry, match="离任日期早于任职日期"):
        appoint(security, person, "county_clerk", until=DAY - timedelta(1))
    post = appoint(security, person, "county_clerk")
    with pytest.raises(errors.BadEntry, match="早于任职日期"):
        kernel.end_post(security, post, until=DAY - timedelta(2), reason=WHY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post).update(until=DAY - timedelta(2))


def test_an_appointment_holds_between_its_days_both_included(system, security):
    person = enter(system, "zhang")
    appoint(security, person, "county_clerk", since=LATER, until=NEXT_YEAR)
    edges = [LATER - timedelta(1), LATER, NEXT_YEAR, NEXT_YEAR + timedelta(1)]
    assert [names("county_clerk", day) for day in edges] == [[], ["zhang"], ["zhang"], []]


def test_an_appointment_taken_back_before_its_first_day_never_held(system, security):
    person = enter(system, "zhang")
    post = appoint(security, person, "county_clerk")
    kernel.end_post(security, post, until=DAY - timedelta(1), reason=WHY)
    assert names("county_clerk", DAY) == []
    appoint(security, person, "county_clerk")
    assert names("county_clerk", DAY) == ["zhang"]


def test_the_same_post_twice_and_two_heads_at_once_are_refused(system, security):
    one, two = enter(system, "zhang"), enter(system, "li")
    appoint(security, one, "county_chief", since=DAY, until=LATER, head=True)
    with pytest.raises(errors.ChangeRefused, match="已担任同一岗位"):
        appoint(security, one, "county_chief", since=LATER)
    with pytest.raises(errors.ChangeRefused, match="已有负责人 zhang同志"):
        appoint(security, two, "county_chief", since=LATER, head=True)
    appoint(security, two, "county_chief", since=LATER + timedelta(1), head=True)


def test_roles_belong_to_their_level_and_posts_to_the_persons_organ(system, security):
    person = enter(system, "zhang")
    with pytest.raises(errors.BadEntry, match="市级岗位"):
        appoint(security, person, "city_chief")
    province = officer("security_admin", ANHUI)
    organ_of(CHANGFENG)
    with pytest.raises(errors.BadEntry, match="本人所在机关"):
        appoint(province, person, "county_clerk", f"ZR{CHANGFENG}")
    for wrong in ({"role": "applicant"}, {"role": "king"}, {"rank": "大"}):
        with pytest.raises(errors.BadEntry):
            given = {"person": person.pk, "unit": ORGAN, "role": "county_clerk", "since": DAY, "reason": WHY}
            kernel.appoint(security, **{**given, **wrong})


def test_a_role_that_a_pack_uses_at_two_levels_is_given_at_both_and_at_no_third(system):
    """数据审核 reviews at city and province; survey_monitoring says so by a list of levels."""
    for region, fits in ((ANHUI, True), (HEFEI, True), (FEIXI, False)):
        organ_of(region)
        person = enter(officer("system_admin", region), f"reviewer{region}", f"ZR{region}")
        by = officer("security_admin", region)
        assert ("data_reviewer" in {r["id"] for r in kernel.unit_record(by, f"ZR{region}")["roles"]}) is fits
        if fits:
            appoint(by, person, "data_reviewer", f"ZR{region}")
            assert person.user in [p.user for p in kernel.people("data_reviewer", region, DAY)]
        else:
            with pytest.raises(errors.BadEntry, match="“数据审核”是市级、省级岗位"):
                appoint(by, person, "data_reviewer", f"ZR{region}")


def test_a_role_may_be_given_wherever_any_pack_uses_it(system, security, monkeypatch):
    """Two packs, each at a level of its own: the second does not undo the first, nor the first forbid the second."""
    person = enter(system, "zhang")
    with pytest.raises(errors.BadEntry, match="市级岗位"):
        appoint(security, person, "city_chief")
    known = packs()
    other = replace(known["use_control"], id="city_pack", told={"roles": {"city_chief": {"title": "负责人", "level": "county"}}})
    for order in ({**known, "city_pack": other}, {"city_pack": other, **known}):
        monkeypatch.setattr(posts, "packs", lambda order=order: order)
        assert posts.levels_of_role("city_chief") == {"county", "city"}
        assert posts.levels_of_role("auditor") == frozenset(), "no pack uses it: it stands at every level"
    appoint(security, person, "city_chief")


def test_nobody_appoints_himself_and_the_three_officers_are_three_persons(system, security):
    with pytest.raises(errors.SelfAppointment):
        kernel.appoint(security, person=security.person, unit=ORGAN, role="county_chief", since=DAY, reason=WHY)
    for role in ("security_admin", "auditor"):
        with pytest.raises(errors.ChangeRefused, match="不得由一人兼任"):
            kernel.appoint(security, person=system.person, unit=ORGAN, role=role, since=DAY, reason=WHY)
    with pytest.raises(errors.ChangeRefused, match="不能停用自己"):
        kernel.deactivate_person(system, system.person, reason=WHY)


ACTS = {
    "organ": lambda by: unit(by, "FX-X", "新股"),
    "rename": lambda by: kernel.rename_organ(by, ORGAN, name="新名", since=LATER, reason=WHY),
    "close": lambda by: kernel.close_organ(by, ORGAN, until=LATER, reason=WHY),
    "person": lambda by: enter(by, "neu"),
    "password": lambda by: kernel.reset_password(by, Person.objects.get(user="zhang").pk, reason=WHY),
    "appoint": lambda by: appoint(by, Person.objects.get(user="zhang"), "county_chief"),
    "end": lambda by: kernel.end_post(by, Post.objects.get(person__user="zhang").pk, until=LATER, reason=WHY),
    "tree": lambda by: kernel.organisation(by),
}
MAY = {
    "system_admin": {"organ", "rename", "close", "person", "password", "tree"},
    "security_admin": {"appoint", "end", "tree"},
    "auditor": {"tree"},
    "county_chief": set(),
    "data_reviewer": set(),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", MAY)
def test_who_may_do_what_is_split_between_the_three_officers(system, security, role, act):
    appoint(security, enter(system, "zhang"), "county_clerk")
    by = officer(role)
    try:
        ACTS[act](by)
        refused = False
    except errors.NotAllowed:
        refused = True
    except errors.ChangeRefused:  # he may, and the organ is not empty
        refused = False
    assert refused is (act not in MAY[role])


@pytest.mark.parametrize("act", [a for a in ACTS if a != "tree"])
def test_an_officer_acts_in_his_own_region_only(system, security, act):
    appoint(security, enter(system, "zhang"), "county_clerk")
    for role in ("system_admin", "security_admin"):
        with pytest.raises((errors.NotAllowed, errors.NotFound)):
            ACTS[act](officer(role, CHANGFENG))


def test_the_officer_above_acts_in_the_regions_below(db):
    organ_of(FEIXI)
    unit(officer("system_admin", HEFEI), "FX-X", "新股")
    assert Organ.objects.get(pk="FX-X").region_id == FEIXI


def test_a_new_person_signs_in_without_a_right_until_he_is_appointed(system, security):
    made, password = kernel.enter_person(system, user="zhang", name="张三", unit=ORGAN, since=DAY, reason=WHY)
    _, actor = kernel.sign_in("zhang", password)
    assert (actor.roles, actor.organ, kernel.permitted(actor)) == (frozenset(), ORGAN, [])
    appoint(security, made, "county_clerk", since=kernel.today() - timedelta(1), until=kernel.today())
    assert kernel.sign_in("zhang", password)[1].roles == {"county_clerk"}
    Post.objects.filter(person=made).update(until=kernel.today() - timedelta(1))
    assert kernel.sign_in("zhang", password)[1].roles == frozenset()


def test_a_deactivated_person_is_out_at_once_and_comes_back_without_posts(system, security):
    made, password = kernel.enter_person(system, user="zhang", name="张三", unit=ORGAN, since=DAY, reason=WHY)
    appoint(security, made, "county_clerk")
    token, _ = kernel.sign_in("zhang", password)
    kernel.deactivate_person(system, made.pk, reason=WHY)
    with pytest.raises(errors.NotSignedIn):
        kernel.actor_for(token)
    with pytest.raises(errors.WrongPassword):
        kernel.sign_in("zhang", password)
    assert names("county_clerk") == [] and names("county_clerk", kernel.today() - timedelta(1)) == ["zhang"]
    assert not Membership.objects.filter(person=made, until=None).exists()
    with pytest.raises(errors.ChangeRefused, match="已经停用"):
        kernel.deactivate_person(system, made.pk, reason=WHY)
    kernel.reactivate_person(system, made.pk, unit=ORGAN, reason=WHY)
    assert kernel.sign_in("zhang", password)[1].roles == frozenset()


def test_a_new_password_ends_the_old_one_and_its_sessions(system):
    made, old = kernel.enter_person(system, user="zhang", name="张三", unit=ORGAN, since=DAY, reason=WHY)
    kernel.sign_in("zhang", old)
    new = kernel.reset_password(system, made.pk, reason=WHY)
    assert not Session.objects.filter(person=made).exists()
    with pytest.raises(errors.WrongPassword):
        kernel.sign_in("zhang", old)
    kernel.sign_in("zhang", new)
    with kernel.acting(system):
        assert new not in str([vars(c) for c in OrganChange.objects.all()])


def test_a_person_who_lost_a_role_and_kept_another_is_not_found_by_the_lost_one(system, security):
    """Both conditions of a post must hold of one row: an ended post and a living one of another role make no holder."""
    person = enter(system, "zhang")
    post = appoint(security, person, "county_clerk")
    appoint(security, person, "county_chief")
    kernel.end_post(security, post, until=LATER, reason=WHY)
    assert (names("county_clerk", NEXT_YEAR), names("county_chief", NEXT_YEAR)) == ([], ["zhang"])


def test_the_table_lists_posts_people_and_empty_units_and_never_a_formula(system, security):
    unit(system, "FX-A", "=甲股")
    appoint(security, enter(system, "zhang"), "county_clerk", title="窗口负责人", head=True, rank="正科")
    enter(system, "li")
    rows = list(csv.reader(io.StringIO(kernel.organisation_csv(system, day=DAY).decode("utf-8-sig"))))
    told = {(row[3], row[5], row[7], row[8], row[9], row[10]) for row in rows[1:]}
    assert ("肥西县自然资源和规划局", "zhang同志", "经办人", "窗口负责人", "是", "正科") in told
    assert ("肥西县自然资源和规划局", "li同志", "", "", "", "") in told
    assert ("'=甲股", "", "", "", "", "") in told
