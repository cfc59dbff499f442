"""Prove an edition again (核验): from its rows and from its lake file, down to the first feature that differs."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from ziyuan.base.canonical import inclusion_proof, merkle_root
from ziyuan.base.geometry import PlaneBatch
from ziyuan.base.sm import provider
from ziyuan.kernel import service as kernel
from ziyuan.onemap.differences.values import arrow_type, typed
from ziyuan.onemap.editions import lake, register, rows
from ziyuan.onemap.editions.digests import feature_digests
from ziyuan.onemap.editions.keys import keys_of
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.zone import zone_of


@dataclass(frozen=True)
class Verification:
    """`place`: rows, file or digest, where the first fault lies; None when the edition is whole."""

    ok: bool
    edition: int
    rows: int
    file: bool
    place: str | None
    first_key: str | None
    message: str


def verify(edition: Edition | int, *, by: kernel.Actor) -> Verification:
    """Recompute the edition's digest from the rows and from the file; name the first feature that differs."""
    with kernel.acting(by):
        found = register.get(edition)
        kind = layer(found.layer)
        standing = rows.features(
            kind, f"county = %(county)s AND {(m := Moment(found.reference_date, found.sealed)).condition}",
            {"county": found.county, **m.parameters}, order="key",
        )  # fmt: skip
        zone = zone_of(found.county)
    computed, wrong = _from_rows(kind, found, standing, zone)
    return _judge(kind, found, computed, wrong)


def _from_rows(
    kind: Layer, found: Edition, standing: list[rows.Feature], zone: int
) -> tuple[dict[str, bytes], str | None]:
    """Digest by key, and the first key whose row does not give the digest stored with it."""
    if not standing:
        return {}, None
    keys = [f.key for f in standing]
    fields = kind.entity.fields
    columns = {n: pa.array([f.attributes[n] for f in standing], arrow_type(fields[n])) for n in found.columns}
    digests = feature_digests(kind.id, keys, columns, rows.batch_of(kind, standing, zone), turned=kind.turned)
    wrong = next((f.key for f, d in zip(standing, digests, strict=True) if f.digest != d), None)
    return dict(zip(keys, digests, strict=True)), wrong


def _from_file(kind: Layer, found: Edition) -> dict[str, bytes]:
    table, zone = lake.read(lake.folder() / found.lake)
    batch = PlaneBatch.from_wkb(table.column("geometry"), zone, kind=kind.shape) if kind.shape else None
    columns = {n: typed(table.column(n), kind.entity.fields[n]).array for n in found.columns}
    keys = keys_of(kind, table)
    digests = feature_digests(kind.id, keys, columns, batch, turned=kind.turned)
    return dict(zip(keys.to_pylist(), digests, strict=True))


def _judge(kind: Layer, found: Edition, computed: Mapping[str, bytes], wrong: str | None) -> Verification:
    path = lake.folder() / found.lake
    whole = path.is_file() and provider().sm3(path.read_bytes()).hex() == found.file_sm3
    root = merkle_root([computed[k] for k in sorted(computed)]) == bytes(found.digest)
    if root and wrong is None and whole:
        return Verification(
            True, found.pk, len(computed), True, None, None, f"{len(computed)} 个要素与版本摘要一致。"
        )
    if root and wrong is None:
        said = "与登记的摘要不符" if path.is_file() else "不存在"
        return Verification(
            False, found.pk, len(computed), False, "file", None, f"数据湖文件 {found.lake} {said}。"
        )
    wrong = wrong or (_first_difference(computed, _from_file(kind, found)) if whole else None)
    place = f",第一个不一致的要素是“{wrong}”" if wrong else ""
    said = f"数据表中的要素与版本摘要不一致{place}。"
    return Verification(False, found.pk, len(computed), whole, "rows" if wrong else "digest", wrong, said)


def _first_difference(rows_: Mapping[str, bytes], file: Mapping[str, bytes]) -> str | None:
    return next((k for k in sorted({*rows_, *file}) if rows_.get(k) != file.get(k)), None)


@dataclass(frozen=True)
class Inclusion:
    """Audit path of one feature in the edition's tree: `base.canonical.verify_inclusion` takes it."""

    digest: bytes
    index: int
    size: int
    path: list[bytes]
    root: bytes


def inclusion(edition: Edition | int, key: str, *, by: kernel.Actor) -> Inclusion | None:
    """Proof that a feature belongs to an edition; None where it does not. Raises NoEdition."""
    with kernel.acting(by):
        found = register.get(edition)
        standing = rows.standing(layer(found.layer), found.county, Moment(found.reference_date, found.sealed))
    index = standing.keys.index(key).as_py()
    if index < 0:
        return None
    digests = standing.digests.to_pylist()
    return Inclusion(digests[index], index, len(digests), inclusion_proof(digests, index), bytes(found.digest))
