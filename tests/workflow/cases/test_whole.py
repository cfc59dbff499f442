"""What a state's column leaves out is told by the columns beside it: stored and read again, a state is the same."""

import copy
import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from ziyuan.workflow.cases.parts import empty
from ziyuan.workflow.cases.whole import REPEATED, stored, whole

OPENED = "2026-03-02T09:00:00.000500+08:00"
ROW = {
    "no": "340123-YSXZ-2026-00001", "outer_no": "W1", "matter": "use_control/site_review", "version": "a" * 64,
    "title": "某路工程", "applicant": "某公司", "county": "340123", "counties": ["340123"], "status": "open",
    "opened": datetime(2026, 3, 2, 1, 0, 0, 500, UTC), "accepted": date(2026, 3, 3), "closed": None, "due": date(2026, 3, 30),
    "clock": {"limit": 20, "calendar": "340000", "marks": {"red": "2026-03-31"}, "provisional": False},
}  # fmt: skip
SAID = {
    **ROW, "opened": OPENED, "accepted": "2026-03-03", "due": "2026-03-30", "provisional": False,
    "clock": {"limit": 20, "calendar": "340000", "marks": {"red": "2026-03-31"}},
}  # fmt: skip
TASKS = ("start", "accept", "review", "sign")
BACK = {"node": "sign", "scope": [], "trail": ["accept", ["gone", [1]]], "resume": {"node": "start", "scope": [2], "trail": []}}

other = st.sampled_from([None, "", "另一个", "2026-01-01", 0, False, [], {"limit": 5}])
said = st.dictionaries(st.sampled_from(sorted(REPEATED)), other).flatmap(
    lambda changed: st.sets(st.sampled_from(sorted(REPEATED))).map(
        lambda gone: {name: value for name, value in {**SAID, **changed, "agent": "张三"}.items() if name not in gone}
    )
)
scope = st.lists(st.integers(1, 9), max_size=2)
node = st.sampled_from([*TASKS, "gone_by_migration"])
token = st.builds(
    lambda number, at, scope, trail, more: {"id": number, "node": at, "scope": scope, "trail": trail, **more},
    st.integers(1, 99), node, scope, st.lists(node | st.tuples(node, scope).map(list), max_size=4),
    st.sampled_from([{}, {"seat": 2}, {"resume": BACK}, {"by": "start", "back": {**BACK, "scope": [3]}, "resume": None}]),
)  # fmt: skip
engine = st.none() | st.builds(
    lambda end, tokens, passed: {"v": 2, "next": 9, "tokens": tokens, "passed": passed, "ended": bool(end), "end": end},
    st.sampled_from([None, "granted"]), st.lists(token, max_size=3), st.lists(st.sampled_from(TASKS), unique=True),
)  # fmt: skip
parts = st.fixed_dictionaries(
    {"case": said, "engine": engine, "vars": st.sampled_from([{}, {"outcome": "agree"}])},
    optional={"stops": st.just([{"kind": "补正", "to": None}]), "decision": st.just({"no": "1"}), "people": st.just([21])},
)


def again(state, row, read=None):
    """Through JSON, as the database keeps it, with what lies elsewhere beside; read with the same columns or others."""
    beside = {name: state[name] for name in ("form", "site", "papers", "screening", "tasks")}
    return whole({**json.loads(json.dumps(stored(state, row))), **beside}, read or row)


@given(parts)
def test_a_state_comes_back_as_it_was_whatever_the_columns_say(changed):
    state = {**empty(), **changed}
    before = copy.deepcopy(state)
    assert again(state, ROW) == before
    assert again(state, {**ROW, "title": "另一个题名", "due": None, "clock": None}) == before
    assert again(state, {}, ROW) == before, "written without its columns, all of it is"
    assert state == before, "storing changes nothing"


def test_what_the_columns_and_the_beginning_say_is_not_written_again():
    trail = ["accept", ["review", [3]]]
    state = {
        **empty(), "case": {**SAID, "agent": "张三"},
        "engine": {"v": 2, "next": 5, "tokens": [{"id": 4, "node": "sign", "scope": [], "trail": trail}],
                   "passed": list(TASKS[:3]), "ended": False, "end": None},
    }  # fmt: skip
    engine = {"next": 5, "tokens": [{"id": 4, "node": "sign", "trail": [1, [2, [3]]]}], "passed": ["start", "accept", "review"]}
    assert stored(state, ROW) == {"case": {"agent": "张三"}, "engine": engine}


def test_a_column_read_as_json_says_what_the_column_itself_says():
    state = {**empty(), "case": SAID}
    told = {**ROW, "opened": "2026-03-02T01:00:00.0005+00:00", "accepted": "2026-03-03", "due": "2026-03-30"}
    assert stored(state, told) == stored(state, ROW) == {"case": {}}
