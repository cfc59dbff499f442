"""Find people by role and region; add them with their posts."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from django.db.models import Q

from ziyuan.kernel.identity.models import Organ, Person, Post
from ziyuan.kernel.identity.signin import hash_password
from ziyuan.kernel.nodes.node import today


_remembered: ContextVar[dict[tuple[str, str], list[Person]] | None] = ContextVar("remembered_people", default=None)


@contextmanager
def remembering_people() -> Iterator[None]:
    """Inside, who holds a post is looked up once: for many acts in one transaction, which would all see the same."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def people(role: str, region: str) -> list[Person]:
    """Active people who hold `role` today in an organ of exactly that region, by user name."""
    known = _remembered.get()
    if known is None:
        return _people(role, region)
    if (role, region) not in known:
        known[role, region] = _people(role, region)
    return list(known[role, region])


def _people(role: str, region: str) -> list[Person]:
    day = today()
    return list(
        Person.objects.select_related("organ")
        .filter(active=True, organ__region_id=region, posts__role=role, posts__since__lte=day)
        .filter(Q(posts__until=None) | Q(posts__until__gte=day))
        .order_by("user")
        .distinct()
    )


def add_person(user: str, name: str, organ: Organ, password: str, roles: list[str], since: date) -> Person:
    """Add a person, or renew the password and posts of an existing one."""
    person, _ = Person.objects.update_or_create(
        user=user, defaults={"name": name, "organ": organ, "password": hash_password(password), "active": True}
    )
    for role in roles:
        Post.objects.get_or_create(person=person, role=role, defaults={"since": since})
    return person
