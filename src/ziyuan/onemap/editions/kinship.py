"""Where a feature came from and what became of it (图斑沿革), through all years, both ways."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.layers import layer

DEEPEST = 30
MOST = 500


@dataclass(frozen=True)
class Kin:
    """One link, `depth` steps away from the feature asked for (1: its own parents or children)."""

    depth: int
    child: str
    parent: str
    shared_m2: Decimal
    share: Decimal
    source: str
    edition: int
    reference_date: date


@dataclass(frozen=True)
class Kinship:
    """Links up to the ancestors and down to the descendants, nearest first."""

    ancestors: tuple[Kin, ...]
    descendants: tuple[Kin, ...]


_WALK = """
WITH RECURSIVE told AS (
    SELECT l.child, l.parent, l.shared_m2, l.share, l.source, l.edition_id, e.reference_date, e.sealed
      FROM onemap_parentlink l JOIN onemap_edition e ON e.id = l.edition_id
     WHERE l.layer = %(layer)s AND l.county = %(county)s AND e.withdrawn IS NULL
), walk AS (
    SELECT 1 AS depth, told.* FROM told WHERE {here} = %(key)s
    UNION
    SELECT walk.depth + 1, told.* FROM walk JOIN told ON told.{here} = walk.{there} AND {beyond}
     WHERE walk.depth < %(deepest)s
)
SELECT min(depth), child, parent, shared_m2, share, source, edition_id, reference_date FROM walk
 GROUP BY child, parent, shared_m2, share, source, edition_id, reference_date
 ORDER BY 1, reference_date, child, parent LIMIT %(most)s
"""
_BEYOND = "(told.reference_date, told.sealed) {sign} (walk.reference_date, walk.sealed)"
_UP = _WALK.format(here="child", there="parent", beyond=_BEYOND.format(sign="<"))
_DOWN = _WALK.format(here="parent", there="child", beyond=_BEYOND.format(sign=">"))


def kinship(name: str, county: str, key: str, *, by: kernel.Actor) -> Kinship:
    """Links of valid editions from the feature to its ancestors, and to its descendants."""
    asked = {"layer": layer(name).id, "county": county, "key": key, "deepest": DEEPEST, "most": MOST}
    with kernel.acting(by):
        return Kinship(_walk(_UP, asked), _walk(_DOWN, asked))


def _walk(text: str, asked: dict[str, object]) -> tuple[Kin, ...]:
    with rows.cursor() as c:
        c.execute(text, asked)
        return tuple(Kin(*row) for row in c.fetchall())
