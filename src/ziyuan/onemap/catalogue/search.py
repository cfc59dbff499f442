"""Find a layer, field, database, region or code by name, part of a name, pinyin, initials or code."""

from functools import cache
from typing import Any, NamedTuple

from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue import duty
from ziyuan.onemap.standards import library

KINDS = {"database": "数据库", "layer": "图层", "region": "行政区", "field": "字段", "code": "代码"}
_RANK = {kind: n for n, kind in enumerate(KINDS)}
MOST = 100


class Entry(NamedTuple):
    """One thing that can be found; `sounds` are its pinyin in full and its initials."""

    kind: str
    id: str
    code: str
    title: str
    within: str
    sounds: tuple[str, str]


@cache
def _sounds(title: str) -> tuple[str, str]:
    """`dileitubanmianji` and `dltbmj` of 地类图斑面积; what is not Chinese stays, in lower case."""
    from pypinyin import Style, lazy_pinyin  # a dictionary of 20 MB that only who searches reads

    whole = "".join(lazy_pinyin(title)).lower()
    heads = "".join(lazy_pinyin(title, style=Style.FIRST_LETTER)).lower()
    return whole, heads


@cache
def _entries() -> tuple[Entry, ...]:
    found: list[tuple[str, str, str, str, str]] = [
        ("database", d.no, d.no, d.title, d.kind) for d in duty.databases().values()
    ]
    for ref in library.catalogue():
        found.append(("layer", ref.id, ref.entity.name, ref.entity.title, ref.model.title))
        found += [
            ("field", f"{ref.id}.{f.name}", f.name, f.title, f"{ref.entity.title} {ref.entity.name}")
            for f in ref.entity.fields.values()
        ]
    for model in library.all_models():
        for table in model.codes.values():
            found += [
                ("code", f"{model.name}:{table.name}:{c.code}", c.code, c.name, table.title)
                for c in table.rows
            ]
    found += [("region", r.code, r.code, r.name, r.level) for r in kernel.regions()]
    return tuple(Entry(*each, sounds=_sounds(each[3])) for each in found)


def search(by: kernel.Actor, words: str, *, kind: str | None = None, limit: int = 20) -> dict[str, Any]:
    """The best matches, and how many there are by kind. Codes before names, beginnings before parts, Chinese before pinyin.

    Every word must be met. The catalogue itself is no secret inside the network; it names no row of any county.
    """
    kernel.require(by, "catalogue.read")
    wanted = [w.casefold() for w in words.split()][:5]
    scored = []
    if wanted:
        for each in _entries():
            scores = [_score(each, word) for word in wanted]
            if all(s is not None for s in scores):
                scored.append(
                    (sum(s for s in scores if s is not None), _RANK[each.kind], len(each.title), each)
                )
    counts = {name: sum(1 for s in scored if s[3].kind == name) for name in KINDS}
    chosen = sorted((s for s in scored if kind is None or s[3].kind == kind), key=lambda s: (*s[:3], s[3].id))
    return {
        "items": [
            {"kind": e.kind, "kind_title": KINDS[e.kind], "id": e.id, "code": e.code, "title": e.title, "within": e.within}
            for *_, e in chosen[: min(limit, MOST)]
        ],
        "counts": counts,
    }  # fmt: skip


def _score(each: Entry, word: str) -> int | None:
    """How far the entry is from the word: 0 the same, more for less; None when it does not match."""
    code, title = each.code.casefold(), each.title.casefold()
    tests = (
        (code == word or title == word, 0),
        (code.startswith(word) or title.startswith(word), 1),
        (word in each.sounds, 1),
        (word in title or word in each.within.casefold(), 2),
        (each.sounds[1].startswith(word) or each.sounds[0].startswith(word), 3),
        (len(word) > 1 and (word in each.sounds[1] or word in each.sounds[0]), 4),
    )
    return next((score for met, score in tests if met), None)
