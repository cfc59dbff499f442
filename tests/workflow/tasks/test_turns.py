"""An act asks the database as seldom as it can: what it waits for is the commit, not the talk."""

from django.db import connection

from tests.workflow.world import FEIXI
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.people import proxies


def asked(act) -> list[str]:
    """The requests of one act, without what is prepared once for a connection and what marks a test's own transaction."""
    seen: list[str] = []

    def watch(execute, sql, params, many, context):
        seen.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        act()
    own = ("PREPARE", "SAVEPOINT", "RELEASE", "SELECT set_config('app.lo', ''")
    return [text for text in seen if not text.startswith(own)]


def agreed_between(world, case):
    """The chief hands it back, the clerk agrees again."""
    world.act("county_clerk", FEIXI, case, "agree")
    world.act("county_chief", FEIXI, case, "return")


def test_an_act_is_three_requests(world):
    case = world.open()
    agreed_between(world, case)  # statements are prepared, people are known
    clerk = world.officer("county_clerk", FEIXI)
    told = asked(lambda: workflow.act(clerk, case.pk, "agree", opinion="同意。", command="c1"))
    assert len(told) == 3, told
    assert "case_locked" in told[0] and "audit_head" in told[1] and "audit_row" in told[2]


def test_a_repeat_is_known_from_the_first_request(world):
    case = world.open()
    clerk = world.officer("county_clerk", FEIXI)
    workflow.act(clerk, case.pk, "agree", opinion="同意。", command="c1")
    assert len(asked(lambda: workflow.act(clerk, case.pk, "agree", opinion="同意。", command="c1"))) == 1


def test_a_proxy_given_meanwhile_is_seen_by_the_next_act(world):
    """What is kept of proxies falls with the stamp, which a trigger on their table moves."""
    clerk = world.officer("county_clerk", FEIXI)
    with kernel.acting(clerk):
        assert proxies.standing(clerk) == []
        day = kernel.today()
        row = proxies.Proxy.objects.create(
            region=FEIXI, principal=clerk.person + 1, principal_name="某人", proxy=clerk.person, proxy_name=clerk.name,
            matters=[], since=day, until=day, reason="出差", letter="0" * 64, letter_name="委托书", letter_size=1,
            given=kernel.now(),
        )  # fmt: skip
        assert [held.pk for held in proxies.standing(clerk)] == [row.pk]
        proxies.Proxy.objects.filter(pk=row.pk).update(ended=kernel.now())
        assert proxies.standing(clerk) == []
