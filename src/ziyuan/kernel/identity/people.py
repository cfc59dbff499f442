"""Find people by role and region on a day; add them with their posts at installation."""

from datetime import date

from ziyuan.kernel.identity.models import Membership, Organ, Person, Post
from ziyuan.kernel.identity.organs import EXTERNAL
from ziyuan.kernel.identity.periods import in_force
from ziyuan.kernel.identity.signin import hash_password
from ziyuan.kernel.identity.standing import kept
from ziyuan.kernel.nodes.node import today


@kept
def people(role: str, region: str, day: date | None = None) -> list[Person]:
    """Who holds `role` on a day (today) in an organ of exactly that region, by user name; today nobody without an account.

    Nobody of an external unit: what he does is asked for by the name of his unit (`holders_of`), never by a region.
    """
    on = day or today()
    held = Person.objects.select_related("organ").filter(in_force(on, "posts__"), posts__role=role, organ__region_id=region)
    held = held.exclude(organ__kind=EXTERNAL)
    return list((held.filter(active=True) if on >= today() else held).order_by("user").distinct())


def add_person(user: str, name: str, organ: Organ, password: str, roles: list[str], since: date) -> Person:
    """Installation: add a person, or renew the password and posts of an existing one. No act of an officer."""
    person, _ = Person.objects.update_or_create(
        user=user, defaults={"name": name, "organ": organ, "password": hash_password(password), "active": True}
    )
    Membership.objects.get_or_create(person=person, until=None, defaults={"unit": organ, "since": since})
    for role in roles:
        Post.objects.get_or_create(person=person, role=role, defaults={"unit": organ, "since": since})
    return person
