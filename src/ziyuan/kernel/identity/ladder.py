"""Who stands where in the organisation today: named posts, heads, and the way up from a unit. For those who assign work."""

from collections.abc import Iterable
from datetime import date

from ziyuan.kernel.identity.models import Membership, Organ, OrganTerm, Person, Post
from ziyuan.kernel.identity.organs import EXTERNAL, path_of
from ziyuan.kernel.identity.periods import in_force
from ziyuan.kernel.identity.posts import RANKS
from ziyuan.kernel.nodes.node import today


def holders_of(unit: str, title: str, day: date | None = None) -> list[Person]:
    """Who holds the post of that title (or role) in that unit, by user name."""
    on = day or today()
    found = Post.objects.filter(in_force(on), unit_id=unit, person__active=True).select_related("person__organ")
    return _people(p for p in found.order_by("person__user") if title in (p.title, p.role))


def heads_of(unit: str, day: date | None = None) -> list[Person]:
    """The head of exactly that unit; at most one."""
    return [p.person for p in _heads([unit], day or today())]


def units_named(name: str, region: str, day: date | None = None, *, external: bool = False) -> list[str]:
    """Codes of our own organs and units called so in exactly that region; or of the external unit, never of both."""
    on = day or today()
    named = OrganTerm.objects.filter(in_force(on), in_force(on, "organ__"), name=name, organ__region_id=region)
    kind = named.filter(organ__kind=EXTERNAL) if external else named.exclude(organ__kind=EXTERNAL)
    return list(kind.order_by("organ_id").values_list("organ_id", flat=True))


def unit_of(person: int, day: date | None = None) -> str:
    """The unit in which a person serves on a day; empty where he serves in none."""
    found = Membership.objects.filter(in_force(day or today()), person_id=person).values_list("unit_id", flat=True)
    return str(found.first() or "")


def head_above(person: int, steps: int = 1, day: date | None = None) -> list[Person]:
    """The head `steps` (1 or more) heads up from a person: units without a head, and those he leads himself, do not count."""
    chain = heads_up(person, day=day)
    return chain[steps - 1 : steps] if steps > 0 else []


def heads_up(person: int, rank: str = "", day: date | None = None) -> list[Person]:
    """The heads above a person from below, each once; with a rank up to and including the first who holds it or more."""
    return climb(person, rank, day)[0]


def climb(person: int, rank: str = "", day: date | None = None) -> tuple[list[Person], bool]:
    """As `heads_up`, and whether somebody of the rank was reached; without a rank, whether there is anybody above."""
    on = day or today()
    unit = Organ.objects.filter(pk=unit_of(person, on)).first()
    chain: list[Person] = []
    path = path_of(unit, on) if unit else []
    by_unit = {p.unit_id: p for p in _heads(path, on)}
    for post in (by_unit[code] for code in path if code in by_unit):
        if post.person_id == person or post.person in chain:
            continue
        chain.append(post.person)
        if rank and post.rank and RANKS.index(post.rank) >= RANKS.index(rank):
            return chain, True
    return chain, bool(chain) and not rank


def same_post(person: int, role: str, region: str) -> list[Person]:
    """Who holds today the post that a person held last in that role and region: his successors, by user name."""
    last = Post.objects.filter(person_id=person, role=role, unit__region_id=region).order_by("-since", "-pk").first()
    if last is None:
        return []
    found = Post.objects.filter(in_force(today()), unit_id=last.unit_id, role=role, person__active=True)
    return _people(p for p in found.select_related("person__organ").order_by("person__user") if p.person_id != person)


def active_people(keys: Iterable[int]) -> dict[int, Person]:
    """Those of the given people who have an account and hold any post today, by key."""
    wanted = [key for key in keys if 0 < key < 2**63]
    found = Person.objects.select_related("organ").filter(in_force(today(), "posts__"), active=True, pk__in=wanted)
    return {p.pk: p for p in found.distinct()}


def lock_person(key: int) -> None:
    """Hold a person's row until commit: what concerns him alone is ordered by it."""
    list(Person.objects.select_for_update().filter(pk=key).values_list("pk", flat=True))


def person_named(name: str) -> Person | None:
    """The active person of a user name."""
    return Person.objects.filter(user=name, active=True).first()


def _heads(units: list[str], on: date) -> list[Post]:
    found = Post.objects.filter(in_force(on), unit__in=units, head=True, person__active=True)
    return list(found.select_related("person__organ"))


def _people(posts: Iterable[Post]) -> list[Person]:
    return list(dict.fromkeys(p.person for p in posts))
