"""Sign in and out: Argon2id passwords, sessions stored by the SM3 of their token, delay after failures."""

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from django.db import transaction
from django.db.models import Q

from ziyuan.base import sm
from ziyuan.kernel.audit.record import record
from ziyuan.kernel.errors import NotSignedIn, TryLater, WrongPassword
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.models import Person, Session
from ziyuan.kernel.identity.periods import in_force
from ziyuan.kernel.nodes.node import node, now

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
FREE_FAILURES = 4
LONGEST_DELAY = 300
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _hasher.hash("nobody")


def hash_password(password: str) -> str:
    """Argon2id hash of a password, with its own salt."""
    return _hasher.hash(password)


def sign_in(user: str, password: str) -> tuple[str, Actor]:
    """Check a password and open a session; returns its token and the actor.

    Raises WrongPassword, TryLater. A wrong user name costs as much time as a wrong password.
    """
    with transaction.atomic():
        person = _locked(user)
        if person and person.not_before and person.not_before > now():
            raise TryLater(int((person.not_before - now()).total_seconds()) + 1)
        right = _matches(person.password if person else _NOBODY, password) and person is not None
        if person is not None:
            _count(person, right)
        if right and person is not None:
            return _open_session(person)
    raise WrongPassword


def _locked(user: str) -> Person | None:
    """Attempts at one account are counted one by one; colleagues of the same organ do not wait."""
    found = Person.objects.select_for_update(of=("self",)).select_related("organ")
    return found.filter(user=user, active=True).first()


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except VerifyMismatchError:
        return False


def _count(person: Person, right: bool) -> None:
    person.failures = 0 if right else person.failures + 1
    over = person.failures - FREE_FAILURES
    person.not_before = now() + timedelta(seconds=min(2**over, LONGEST_DELAY)) if over > 0 else None
    person.save(update_fields=["failures", "not_before"])


def _open_session(person: Person) -> tuple[str, Actor]:
    token = secrets.token_urlsafe(32)
    moment = now()
    Session.objects.filter(Q(seen__lt=moment - IDLE) | Q(opened__lt=moment - ABSOLUTE)).delete()
    Session.objects.create(token_sm3=_digest(token), person=person, opened=moment, seen=moment)
    actor = actor_of(person, moment)
    record(actor, "person.signed_in", on=("person", person.user))
    return token, actor


def actor_of(person: Person, moment: datetime) -> Actor:
    """The person with the roles of his posts on that day."""
    day = moment.date()
    posts = person.posts.filter(in_force(day))
    return Actor(
        person=person.pk,
        name=person.name,
        organ=person.organ_id,
        organ_name=person.organ.name,
        region=person.organ.region_id,
        roles=frozenset(posts.values_list("role", flat=True)),
        node=node().name,
    )


def actor_for(token: str) -> Actor:
    """The actor behind a session token. Raises NotSignedIn when unknown, idle or too old."""
    moment = now()
    session = Session.objects.select_related("person__organ").filter(token_sm3=_digest(token)).first()
    if session is None or not session.person.active:
        raise NotSignedIn
    if moment - session.seen > IDLE or moment - session.opened > ABSOLUTE:
        raise NotSignedIn
    if moment - session.seen > timedelta(seconds=30):
        Session.objects.filter(pk=session.pk).update(seen=moment)
    return actor_of(session.person, moment)


def sign_out(token: str) -> None:
    """End the session of that token; ending an unknown one changes nothing."""
    Session.objects.filter(token_sm3=_digest(token)).delete()


def csrf_of(token: str) -> str:
    """The mark an unsafe request must carry beside the cookie of this session."""
    return sm.provider().sm3(b"csrf:" + token.encode()).hex()[:40]


def _digest(token: str) -> str:
    return sm.provider().sm3(token.encode()).hex()
