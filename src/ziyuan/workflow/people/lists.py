"""Lists of people that a matter names (`people` in matter.yaml): for joint reviews and for chains of heads of any length.

Each is FEEL with the functions of the strategies, over the same names as the matter's facts. A list is never empty: with
nobody in it, it holds one place for which nobody is found, so that a review of nobody does not pass by itself.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count

from ziyuan.base import feel
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Task
from ziyuan.workflow.cases.state import TASK_OPEN
from ziyuan.workflow.people.strategies import FUNCTIONS, MOST, Question, asking, places

State = dict[str, Any]
Acting = tuple[int, kernel.Actor]  # the task that somebody finishes with this very act, and who


def open_tasks_of(people: list[int]) -> dict[int, int]:
    """How many open tasks each of these people holds, over the cases this session sees; one indexed count."""
    rows = Task.objects.filter(holder__in=people, state__in=TASK_OPEN).values_list("holder").annotate(Count("pk"))
    return {int(holder): count for holder, count in rows}


def read(texts: Mapping[str, str], state: State, names: Mapping[str, Any], acting: Acting | None = None) -> dict[str, Any]:
    """Each list of a case: numbers of people, None where a place has nobody. Whoever acts now counts as who acted last."""
    seen, now = with_done(state, *acting) if acting else state, kernel.now()
    with asking(Question(seen, open_tasks_of)):
        found = {name: feel.compile(text, names, FUNCTIONS)(dict(names), now) for name, text in texts.items()}
    return {name: places(value)[:MOST] or [None] for name, value in found.items()}


def with_done(state: State, number: int, by: kernel.Actor) -> State:
    """The case as it is once this person has finished this task."""
    own = {"state": "done", "done": kernel.now().isoformat(timespec="microseconds"), "by_id": by.person}
    own |= {"for_id": by.principal} if by.principal else {}
    return {**state, "tasks": {**state["tasks"], str(number): {**state["tasks"][str(number)], **own}}}
