"""External units beside a county's office: registered, with people in them, and a process that gives them a task."""

from tests.workflow.world import FEIXI
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of
from ziyuan.kernel.identity.signin import actor_of

ROLE, WHY = "external_handler", "肥自然资〔2026〕5号"
WATER, FOREST = "肥西县水利局", "肥西县林业局"
ALLOW = "agree refuse return recall handover"


def task(assign: str = f'external("{WATER}")', **more: str) -> dict[str, str]:
    """The task of an external unit."""
    return {"id": "water", "role": ROLE, "assign": assign, "allow": ALLOW, **more}


ACCEPT = {"id": "accept", "assign": 'person("anna")'}
DECIDE = {"id": "decide", "role": "county_chief", "assign": 'person("chief")'}


def officer(role: str, region: str) -> kernel.Actor:
    made = add_person(f"of-{role}-{region}", role, organ_of(region), "pw", [role], SINCE)
    return actor_of(made, kernel.now())


def register(name: str, code: str, *people: str, region: str = FEIXI, password: str = "") -> dict[str, int]:
    """An external unit with handlers of these user names; their numbers."""
    system, security = officer("system_admin", region), officer("security_admin", region)
    kernel.add_organ(system, code=code, name=name, kind="external", place=region, since=SINCE, reason=WHY)
    return {user: handler(user, code, system, security, password) for user in people}


def handler(user: str, code: str, system: kernel.Actor, security: kernel.Actor, password: str = "") -> int:
    made, _ = kernel.enter_person(system, user=user, name=f"{user}同志", unit=code, since=SINCE, reason=WHY)
    kernel.appoint(security, person=made.pk, unit=code, role=ROLE, since=SINCE, reason=WHY)
    if password:  # the first one is drawn, and a test has to sign in
        from ziyuan.kernel.identity.signin import hash_password

        kernel.Person.objects.filter(pk=made.pk).update(password=hash_password(password))
    return int(made.pk)


def actor(person: int) -> kernel.Actor:
    """Him with his post of today."""
    return actor_of(kernel.Person.objects.select_related("organ").get(pk=person), kernel.now())
