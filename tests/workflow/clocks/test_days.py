"""Any acts over any calendar: the intervals sum to the time worked, and lamps and last days follow from them alone.

The second road is a model that walks day by day, and knows neither intervals nor counting.
"""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ziyuan.base.workdays import Calendar, Holiday
from ziyuan.workflow.clocks import clock
from ziyuan.workflow.clocks.clock import Stop

FIRST = date(2025, 10, 1)
KINDS = ("补正", "听证", "专家评审", "现场勘验")
SHARE = 3
ONE = timedelta(1)


@st.composite
def calendars(draw) -> Calendar:
    """A calendar of 2025 whose notice frees or works any days up to the year's end; 2026 is not announced."""
    named = draw(st.dictionaries(st.integers(0, 91), st.booleans(), max_size=25))
    return Calendar({FIRST + timedelta(n): Holiday("某节", free) for n, free in named.items()}, 2025, 2025)


@st.composite
def cases(draw) -> tuple[date, list[Stop], date]:
    """Acceptance, stops that begin after it and end by today or not at all, and today."""
    accepted = FIRST + timedelta(draw(st.integers(0, 60)))
    today = accepted + timedelta(draw(st.integers(0, 70)))
    stops = []
    for _ in range(draw(st.integers(0, 5))):
        start = accepted + timedelta(draw(st.integers(0, (today - accepted).days)))
        end = draw(st.none() | st.integers(0, (today - start).days).map(lambda n, s=start: s + timedelta(n)))
        stops.append(Stop(draw(st.sampled_from(KINDS)), start, end, draw(st.booleans())))
    return accepted, stops, today


def worked(calendar: Calendar, day: date) -> bool:
    told = calendar.named.get(day)
    return not told.free if told else day.weekday() < 5


def walk(accepted, stops, today, calendar):
    """(days run, days stood by type), one day after the other."""
    run, stood, day = 0, {}, accepted
    while day < today:
        day += ONE
        if not worked(calendar, day):
            continue
        over = [s for s in stops if s.counts and s.start < day and (s.end is None or day <= s.end)]
        if over:
            kind = min(over, key=lambda s: s.start).kind
            stood[kind] = stood.get(kind, 0) + 1
        else:
            run += 1
    return run, stood


def last_day(accepted, stops, today, calendar, limit):
    """The day on which the clock has run `limit` days, the clock running after today; whether a day was unannounced."""
    day, run, unannounced = accepted, 0, False
    while run < limit:
        day += ONE
        stands = day <= today and any(
            s.counts and s.start < day and (s.end is None or day <= s.end) for s in stops
        )
        run += worked(calendar, day) and not stands
        unannounced = unannounced or day.year > 2025
    return day, unannounced


@given(cases(), calendars())
def test_the_intervals_sum_to_the_working_time_elapsed(case, calendar):
    accepted, stops, today = case
    read = clock.read(accepted, stops, today, calendar)
    run, stood = walk(accepted, stops, today, calendar)
    assert (read.used, {k: n for k, n in read.stopped.items() if n}) == (run, stood)
    assert sum(part.days for part in read.intervals) == run + sum(stood.values())
    assert run + sum(stood.values()) == sum(
        worked(calendar, accepted + timedelta(n)) for n in range(1, (today - accepted).days + 1)
    )


@given(cases(), calendars())
def test_the_intervals_lie_end_to_end_and_neighbours_differ(case, calendar):
    accepted, stops, today = case
    line = clock.read(accepted, stops, today, calendar).intervals
    days = [accepted, *(part.until for part in line)]
    assert [part.after for part in line] == days[:-1]
    assert days[-1] == today
    assert all(a.stop != b.stop for a, b in pairwise(line))
    assert all(part.stop is None or stops[part.stop].counts for part in line)


@given(cases(), calendars(), st.integers(1, 30))
def test_lamp_and_last_day_follow_from_the_intervals_alone(case, calendar, limit):
    accepted, stops, today = case
    found = clock.read(accepted, stops, today, calendar).against(limit, SHARE)
    run, _ = walk(accepted, stops, today, calendar)
    assert found.left == limit - run
    lamp = "red" if run > limit else "yellow" if 3 * (limit - run) <= limit else "green"
    assert found.lamp == lamp
    assert (found.due, found.provisional) == last_day(accepted, stops, today, calendar, limit)


@given(cases(), calendars(), st.integers(1, 30), st.data())
def test_each_day_takes_one_or_nothing_and_never_gives_back(case, calendar, limit, data):
    accepted, stops, today = case
    ended = [Stop(s.kind, s.start, s.end or today, s.counts) for s in stops]
    day = accepted + timedelta(data.draw(st.integers(0, (today - accepted).days + 20)))
    here, next_day = (clock.read(accepted, ended, d, calendar).against(limit, SHARE) for d in (day, day + ONE))
    assert here.left - next_day.left in (0, 1)
    if here.lamp == "red":
        assert next_day.lamp == "red"
