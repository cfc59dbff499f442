"""Find people by role and region; add them with their posts."""

from datetime import date

from django.db.models import Q

from ziyuan.kernel.identity.models import Organ, Person, Post
from ziyuan.kernel.identity.signin import hash_password
from ziyuan.kernel.identity.standing import kept
from ziyuan.kernel.nodes.node import today


@kept
def people(role: str, region: str) -> list[Person]:
    """Active people who hold `role` today in an organ of exactly that region, by user name."""
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
