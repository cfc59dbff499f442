"""Changesets of the node's editions (增量包): made up and down alike, read with their seal proved, applied or refused.

Applying refuses another base than the one the package names, writes only what it must, and must reach the target's
digest, computed from the rows that then stand; else nothing of it stays. Applying it again gives the same edition.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from ziyuan.base.canonical import merkle_root
from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.differences import changeset as pure
from ziyuan.onemap.differences import package as packages
from ziyuan.onemap.differences.changeset import Changeset, State
from ziyuan.onemap.differences.package import Package
from ziyuan.onemap.editions import change_tables as tables
from ziyuan.onemap.editions import lake, links, paint, register, rows, seal
from ziyuan.onemap.editions.diff import When, differing, moment_of
from ziyuan.onemap.editions.errors import OtherCounty, TargetMissed, WrongBase
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.zone import zone_of
from ziyuan.onemap.formats import LayerTable

EMPTY = merkle_root([]).hex()


@dataclass(frozen=True)
class Written:
    """A package file: its bytes, its name, and the SM3 of its manifest."""

    body: bytes
    name: str
    changes: int


def make(name: str, county: str, from_: When | None, to: When, *, by: kernel.Actor) -> Changeset:
    """What takes the county's layer from one edition or moment (None: from nothing) to another.

    Raises kernel.NotAllowed, NoEdition.
    """
    kind = layer(name)
    kernel.require(by, "changeset.make", region=county)
    with kernel.acting(by):
        after = moment_of(to, kind, county)
        before = moment_of(from_, kind, county) if from_ is not None else None
        zone = zone_of(county)
        if before is None:
            everything = {"county": county, **after.parameters}
            old, new = [], rows.features(kind, f"county = %(county)s AND {after.condition}", everything)
        else:
            sides = differing(kind, county, before, after)
            old, new = sides.before, sides.after
        ends = (_state(kind, county, before, after.on), _state(kind, county, after, after.on))
        said = tables.declared(kind, county, [f.key for f in old], [f.key for f in new])
        before_rows, after_rows = pure.collapsed(tables.rows_table(kind, old, zone), tables.rows_table(kind, new, zone))
    measured = tables.measured(kind, before_rows, after_rows, zone)
    return Changeset(kind.id, county, zone, kind.hashed, *ends, before_rows, after_rows, links.merged(said, measured))


def write(changes: Changeset, *, by: kernel.Actor) -> Written:
    """The package of a changeset, sealed by this node, told to the audit."""
    with kernel.acting(by):
        body = packages.write(changes, signer=kernel.node().name, sign=kernel.sign, made=kernel.now())
        facts = {"layer": changes.layer, "base": changes.base.digest, "target": changes.target.digest, "rows": len(changes)}
        kernel.record(by, "changeset.made", on=("changeset", changes.target.digest), county=changes.county, after=facts)
    entity = changes.layer.split("/")[1]
    name = f"{changes.county}-{entity}-{changes.target.reference_date:%Y%m%d}-{changes.target.digest[:8]}.zyc"
    return Written(body, name, len(changes))


def read(path: Path) -> Package:
    """The changeset of a package file sealed by this node or a registered peer.

    Raises what unpacking raises, DamagedPackage, UnsealedPackage, UnknownLayer.
    """
    return packages.read(path, verify=_verify)


def _verify(payload: bytes, signature: bytes, signer: str) -> bool:
    try:
        return kernel.verify(payload, signature, signer)
    except (kernel_errors.UnknownPeer, ValueError):
        return False


def compose(first: Changeset, second: Changeset) -> Changeset:
    """One changeset for two consecutive ones. Raises NotConsecutive."""

    def links_of(before: pa.Table, after: pa.Table) -> pa.Table:
        said = tables.declared_among([second.links, first.links], before, after)
        return links.merged(said, tables.measured(layer(first.layer), before, after, first.zone))

    return pure.compose(first, second, links_of=links_of)


def apply(
    given: Package | Changeset | Path, *, by: kernel.Actor, delivery_no: str = "", layer_id: str = "", county: str = ""
) -> Edition:
    """Apply a changeset to this node: a new edition with the target's digest.

    `layer_id`, `county`: what the package must be about, where the caller knows. `delivery_no` defaults to one made of
    the target's digest. Raises kernel.NotAllowed, OtherCounty, WrongBase, DamagedPackage, TargetMissed.
    """
    package = read(given) if isinstance(given, Path) else given
    changes = package.changeset if isinstance(package, Package) else package
    kind = layer(changes.layer)
    _expected(changes, layer_id, county)
    kernel.require(by, "edition.seal", region=changes.county)
    number = delivery_no or f"ZL-{changes.target.reference_date:%Y%m%d}-{changes.target.digest[:12]}"
    written: list[Path] = []
    try:
        with kernel.acting(by):
            act = seal.Act(number, changes.county, changes.target.reference_date, by, zone_of(changes.county), written)
            return _apply(act, kind, changes, package.sm3 if isinstance(package, Package) else "")
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _expected(changes: Changeset, layer_id: str, county: str) -> None:
    if layer_id and layer(layer_id).id != changes.layer:
        raise OtherCounty(layer(layer_id).id, changes.layer)
    if county and county != changes.county:
        raise OtherCounty(county, changes.county)


def _apply(act: seal.Act, kind: Layer, changes: Changeset, package: str) -> Edition:
    known, done = seal.turn(kind, act.county, act.delivery_no)
    held = register.latest(kind.id, act.county, act.day)
    if done and not done.withdrawn:
        return done
    if held and held.hex_digest == changes.target.digest and held.reference_date == act.day:
        return held
    if (held.hex_digest if held else EMPTY) != changes.base.digest:
        raise WrongBase(kind.id, act.county, changes.base.digest, held.hex_digest if held else "")
    if done:  # applied once before and withdrawn since
        again = Edition.objects.filter(layer=kind.id, county=act.county, delivery_no__startswith=act.delivery_no).count()
        act = replace(act, delivery_no=f"{act.delivery_no}-{again + 1}")
    ready = tables.ready_rows(kind, changes, act.zone)
    span = paint.Span(act.day, register.day_after(kind.id, act.county, act.day))
    standing, untouched = tables.touched(changes, rows.overlapping(kind, act.county, span.start, span.end), span)
    plan = paint.plan(standing, span, ready.keys, pa.array(ready.digests, pa.binary(32)))
    name = lake.name_of(kind, act.county, act.day.isoformat(), act.delivery_no)
    act.written.append(lake.folder() / name)
    table = tables.lake_table(kind, held, changes, ready, act.day)
    lake.write(kind, name, table, act.zone)
    edition = register.enter(
        kind, act.county, act.day, how="changeset", package=package, delivery_no=act.delivery_no,
        digest=bytes.fromhex(changes.target.digest), features=len(table),
        area_m2=register.area_of(kind, {n: table.column(n) for n in kind.names}), inserted=plan.inserted,
        updated=plan.updated, deleted=plan.deleted, unchanged=untouched + plan.unchanged, lake=name,
        file_sm3=seal.file_sm3(name), sealed=known, sealed_by=act.by.name,
    )  # fmt: skip
    seal.write(act, ready, span, plan, edition, changes.links)
    reached = merkle_root(rows.standing(kind, act.county, Moment(act.day)).digests.to_pylist())
    if reached != edition.digest:
        raise TargetMissed(kind.id, changes.target.digest, reached.hex())
    register.announce_sealed(edition, act.by)
    return edition


def whole(changes: Changeset, *, by: kernel.Actor) -> LayerTable:
    """The target's whole layer as a delivered table, for checking before it is applied. Raises WrongBase."""
    kind = layer(changes.layer)
    with kernel.acting(by):
        held = register.latest(kind.id, changes.county, changes.target.reference_date)
        if (held.hex_digest if held else EMPTY) != changes.base.digest:
            raise WrongBase(kind.id, changes.county, changes.base.digest, held.hex_digest if held else "")
        zone = zone_of(changes.county)
    ready = tables.ready_rows(kind, changes, zone)
    table = tables.lake_table(kind, held, changes, ready, changes.target.reference_date)
    return tables.delivered(kind, tables.without_boxes(table), zone, "增量包")


def edition_table(edition: Edition | int, *, by: kernel.Actor) -> LayerTable:
    """An edition's rows as a delivered table, from its lake file. Raises NoEdition."""
    with kernel.acting(by):
        found = register.get(edition)
    table, zone = lake.read(lake.folder() / found.lake)
    return tables.delivered(layer(found.layer), tables.without_boxes(table), zone, found.lake)


def _state(kind: Layer, county: str, moment: Moment | None, day: date) -> State:
    if moment is None:
        return State(EMPTY, day, 0)
    edition = register.latest(kind.id, county, moment.on, moment.known)
    if edition is not None:
        return State(edition.hex_digest, edition.reference_date, edition.features, edition.delivery_no)
    standing = rows.standing(kind, county, moment)
    return State(merkle_root(standing.digests.to_pylist()).hex(), moment.on, len(standing))


