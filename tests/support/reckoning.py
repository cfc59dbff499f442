"""What really stands in both databases, counted by independent SQL as the superuser, against what clients were told.

Nothing here calls the platform's own verbs, but for the one command that proves its records whole.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from tests.support import database
from tests.support.campaign import Ledger
from tests.support.nodes import NAMES, Nodes

EVENT_OF = {
    "agree": "completed",
    "refuse": "completed",
    "correct": "correction_asked",
    "answer": "correction_answered",
    "return": "returned",
    "rated": "rated",
}
ONCE = ("opened", "accepted", "started", "decided", "effected", "issued", "rated")


class Books:
    """One node's database, read as the superuser: row security hides nothing."""

    def __init__(self, nodes: Nodes, name: str) -> None:
        told = nodes.told[name]
        self.connection: psycopg.Connection[Any] = database.connect(told, told["database"]["name"])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(query.encode()).fetchall()

    def close(self) -> None:
        self.connection.close()


def restless(nodes: Nodes) -> list[str]:
    """What still waits: jobs not done, events not packed, packages not taken."""
    found = []
    try:
        with closing(Books(nodes, "inner")) as inner, closing(Books(nodes, "outer")) as outer:
            for name, books in (("inner", inner), ("outer", outer)):
                jobs = books.rows("SELECT status, task_name FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
                found += [f"{name} job {job}" for job in jobs]
                carried = "name LIKE 'application.%' OR name IN ('case.outside', 'document.issued')"
                waiting = books.rows(
                    f"SELECT name, id FROM kernel_event WHERE ({carried})"
                    " AND id NOT IN (SELECT event FROM exchange_outgoing WHERE written IS NOT NULL)"
                )
                found += [f"{name} event {event}" for event in waiting]
            for sender, taker in ((inner, outer), (outer, inner)):
                sent = sender.rows("SELECT seq FROM exchange_outgoing WHERE written IS NOT NULL")
                taken = {r[0] for r in taker.rows("SELECT seq FROM exchange_incoming")}
                found += [f"package {seq}" for (seq,) in sent if seq not in taken]
    except psycopg.Error as error:
        found.append(f"database: {error}")
    return found


def reckon(nodes: Nodes, ledger: Ledger) -> list[str]:
    """Everything that is missing, doubled, half done or broken; empty when the books agree with the ledger."""
    with closing(Books(nodes, "inner")) as inner, closing(Books(nodes, "outer")) as outer:
        found = [
            *ledger.faults,
            *_applications(inner, outer, ledger),
            *_acts(inner, ledger),
            *_results(inner, outer, ledger),
            *_numbers(inner, outer),
            *_deliveries(inner, ledger),
            *_packages(inner, outer),
            *_jobs(inner, outer),
        ]
        lake = {r[0] for r in inner.rows("SELECT lake FROM onemap_edition")}
    nodes.manage("inner", "map", "sweep")
    return [*found, *_folders(nodes, lake), *_proofs(nodes)]


PERMIT = "c.matter = 'use_control/site_review'"  # the others are reviews of deliveries


def _applications(inner: Books, outer: Books, ledger: Ledger) -> Iterator[str]:
    """Each acknowledged submission is one application outside and one case inside, and there is no other."""
    drafts = outer.rows("SELECT id, no, state FROM workflow_application")
    if {r[0] for r in drafts} != ledger.drafts:
        yield f"drafts {sorted({r[0] for r in drafts} ^ ledger.drafts)} without acknowledgement or lost"
    outside = {no: key for key, no, _ in drafts if no}
    inside = Counter(r[0] for r in inner.rows(f"SELECT outer_no FROM workflow_case c WHERE {PERMIT}"))
    for number, draft in ledger.submitted.items():
        if outside.get(number) != draft:
            yield f"application {number} of draft {draft} is lost"
        if inside[number] != 1:
            yield f"application {number} became {inside[number]} cases"
    for number in (set(inside) | set(outside)) - set(ledger.submitted):
        yield f"application {number} was never acknowledged"
    states = dict(outer.rows("SELECT no, state FROM workflow_application WHERE no IS NOT NULL"))
    for number, result in ledger.finished.items():
        if states.get(number) != result:
            yield f"application {number} stands at {states.get(number)}, not {result}"


def _acts(inner: Books, ledger: Ledger) -> Iterator[str]:
    """Each acknowledged act is one event of its case and one audit row; what happens once happened once."""
    there = Counter((no, kind) for no, kind in inner.rows(
        f"SELECT c.outer_no, e.kind FROM workflow_caseevent e JOIN workflow_case c ON c.id = e.case_id WHERE {PERMIT}"
    ))  # fmt: skip
    audited = Counter((no, action) for no, action in inner.rows(
        "SELECT c.outer_no, a.action FROM kernel_auditrow a JOIN workflow_case c"
        " ON a.object_kind = 'case' AND c.no = a.object_id"
    ))  # fmt: skip
    wanted: Counter[tuple[str, str]] = Counter()
    for (number, act), count in ledger.acts.items():
        wanted[number, EVENT_OF[act]] += count
        if act in ("agree", "refuse", "correct", "return") and audited[number, f"case.{act}"] != count:
            yield f"case {number}: {act} acknowledged {count} times, audited {audited[number, f'case.{act}']}"
    for number, kind in {*wanted, *((n, k) for n, k in there if k in EVENT_OF.values())}:
        if there[number, kind] != wanted[number, kind]:
            yield f"case {number}: {kind} acknowledged {wanted[number, kind]} times, recorded {there[number, kind]}"
    for (number, kind), count in there.items():
        if kind in ONCE and count != 1:
            yield f"case {number}: {kind} happened {count} times"


def _results(inner: Books, outer: Books, ledger: Ledger) -> Iterator[str]:
    """One decision has one number, one paper on either side, its effects, one layer row and one archive record."""
    papers = Counter(r[0] for r in inner.rows("SELECT outer_no FROM workflow_document"))
    outside = Counter(r[0] for r in outer.rows("SELECT outer_no FROM workflow_document"))
    case_no = dict(inner.rows("SELECT outer_no, no FROM workflow_case"))
    archived = Counter(r[0] for r in inner.rows("SELECT case_no FROM archive_archiverecord"))
    layer = Counter(r[0] for r in inner.rows("SELECT case_no FROM layers.land_control_2021_xshx"))
    effects = Counter(r[0] for r in inner.rows(
        "SELECT c.outer_no FROM workflow_appliedeffect e JOIN workflow_case c ON c.id = e.case_id"
    ))  # fmt: skip
    for number, result in ledger.finished.items():
        granted = int(result == "granted")
        no = case_no.get(number, "")
        counted = {
            "papers inside": (papers[number], 1),
            "papers outside": (outside[number], 1),
            "archive records": (archived[no], 1),
            "layer rows": (layer[no], granted),
            "effects": (effects[number], 1 + granted),
        }
        yield from (f"case {number} ({result}): {there} {what}" for what, (there, due) in counted.items() if there != due)
    if sum(layer.values()) != sum(1 for r in ledger.finished.values() if r == "granted"):
        yield f"{sum(layer.values())} layer rows for {Counter(ledger.finished.values())}"
    same = inner.rows("SELECT no, digest, code FROM workflow_document ORDER BY no")
    if same != outer.rows("SELECT no, digest, code FROM workflow_document ORDER BY no"):
        yield "papers inside and outside differ"


def _numbers(inner: Books, outer: Books) -> Iterator[str]:
    """Each series runs from 1 without a hole and without a double."""
    series = {
        "application": outer.rows("SELECT no FROM workflow_application WHERE no IS NOT NULL"),
        "case": inner.rows("SELECT no FROM workflow_case"),
        "document": inner.rows(
            f"SELECT state->'decision'->>'no' FROM workflow_case c WHERE {PERMIT} AND state->'decision'->>'no' IS NOT NULL"
        ),
        "delivery": inner.rows("SELECT no FROM onemap_delivery"),
    }
    for name, rows in series.items():
        serials: dict[str, list[int]] = {}
        for (number,) in rows:
            found = re.fullmatch(r"(.*?)(\d{1,6})(号?)", _apart(number))
            assert found is not None, number
            serials.setdefault(found[1] + found[3], []).append(int(found[2]))
        for head, given in serials.items():
            if sorted(given) != list(range(1, len(given) + 1)):
                yield f"{name} numbers {head}… are {sorted(given)}"


def _apart(number: str) -> str:
    """用字第340000202600001号, 不予预审〔2026〕3401230001号: set the serial apart from the digits before it."""
    return re.sub(r"(第\d{10}|〕\d{6})(\d+)号$", r"\1-\2号", number)


TAKEN = ("sealed", "superseded")  # a later delivery of the same period takes the place of the one before


def _deliveries(inner: Books, ledger: Ledger) -> Iterator[str]:
    """One delivery for each acknowledged command, one edition for each of its layers."""
    rows = dict(inner.rows("SELECT id, state FROM onemap_delivery"))
    if set(rows) != ledger.deliveries:
        yield f"deliveries {sorted(set(rows) ^ ledger.deliveries)} without acknowledgement or lost"
    for key in ledger.accepted:
        if rows.get(key) not in TAKEN:
            yield f"delivery {key} was accepted and is {rows.get(key)}"
    reviews = Counter((no, status) for no, status in inner.rows(
        "SELECT d.id, c.status FROM onemap_delivery d JOIN workflow_case c ON c.no = d.review"
    ))  # fmt: skip
    if reviews != Counter({(key, "granted"): 1 for key, state in rows.items() if state in TAKEN}) + Counter(
        {(key, "open"): 1 for key, state in rows.items() if state == "review"}
    ):
        yield f"reviews {reviews} of deliveries {rows}"
    editions = Counter(inner.rows(
        "SELECT d.id, e.layer FROM onemap_edition e LEFT JOIN onemap_delivery d ON d.no = e.delivery_no"
    ))  # fmt: skip
    told = Counter((key, e["layer"]) for key, found in inner.rows("SELECT id, editions FROM onemap_delivery") for e in found)
    if editions != told or any(count != 1 for count in editions.values()):
        yield f"editions {editions - told} without delivery, {told - editions} lost"
    if {key for key, _ in editions} != {key for key, state in rows.items() if state in TAKEN}:
        yield "editions and sealed deliveries do not match"
    standing = inner.rows(
        "SELECT key FROM layers.tdt1057_2020_dltb WHERE known_to IS NULL AND valid_to IS NULL GROUP BY key HAVING count(*) > 1"
    )
    yield from (f"patch {key} stands twice" for (key,) in standing)


def _packages(inner: Books, outer: Books) -> Iterator[str]:
    """Packages out are packages in: numbered without a hole, same head, none refused, one for each event."""
    for name, sender, taker in (("inner", inner, outer), ("outer", outer, inner)):
        sent = sender.rows("SELECT seq, kind, head FROM exchange_outgoing ORDER BY seq")
        taken = taker.rows("SELECT seq, kind, head FROM exchange_incoming ORDER BY seq")
        if sent != taken:
            yield f"{name}: {len(sent)} packages out, {len(taken)} in, or their heads differ"
        if [r[0] for r in sent] != list(range(1, len(sent) + 1)):
            yield f"{name}: package numbers have holes"
        for seq, fault in taker.rows("SELECT seq, fault FROM exchange_incoming WHERE fault <> ''"):
            yield f"{name}: package {seq} could not be carried out: {fault}"


def _jobs(inner: Books, outer: Books) -> Iterator[str]:
    for name, books in (("inner", inner), ("outer", outer)):
        for row in books.rows("SELECT id, task_name, status, args FROM procrastinate_jobs WHERE status NOT IN ('succeeded')"):
            yield f"{name}: job {row}"


def _folders(nodes: Nodes, lake: set[str]) -> Iterator[str]:
    """Nothing waits in a spool, no lake file is without an edition."""
    for name in NAMES:
        data = Path(nodes.told[name]["data"])
        for folder in ("in", "out", "ready", "bad"):
            yield from (f"{name}: {path} is left" for path in (data / "spool" / folder).glob("*"))
        root = data / "lake"
        there = {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()}
        if name == "inner" and there != lake:
            yield f"lake files without edition {there - lake}, editions without file {lake - there}"


def _proofs(nodes: Nodes) -> Iterator[str]:
    for name in NAMES:
        done = nodes.manage(name, "audit", "verify")
        if done.returncode:
            yield f"{name}: {done.stdout}{done.stderr[-500:]}"
