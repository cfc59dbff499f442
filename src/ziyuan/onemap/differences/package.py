"""A changeset as one file: a ZIP of a manifest, its seal and three Parquet tables (format in docs/editions.md).

Writing gives the same bytes for the same changeset and day. Reading believes nothing: the archive is unpacked under
limits, the members are just those expected, the seal is proved over the manifest, the manifest's SM3 over each table,
and each table is parsed in the sandbox and must have exactly the columns of the standard.
"""

import io
import json
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ziyuan.base import crs, sandbox
from ziyuan.base.sandbox import ArchiveLimits
from ziyuan.base.sm import sm3
from ziyuan.onemap.differences.changeset import LINKS, Changeset, State, row_schema
from ziyuan.onemap.differences.errors import DamagedPackage, UnsealedPackage
from ziyuan.onemap.standards import library

FORMAT, VERSION = "ziyuan-changeset", 1
MANIFEST, SEAL = "manifest.json", "seal.json"
TABLES = ("before.parquet", "after.parquet", "links.parquet")
LIMITS = ArchiveLimits(total_mb=4096, members=8, ratio=400, ratio_from_mb=64, depth=1, path_depth=1)
LONGEST_MANIFEST = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)
Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes, str], bool]


@dataclass(frozen=True, eq=False)
class Package:
    """A changeset with what its maker says of it. `sm3`: hex digest of the manifest, the package's name for ever."""

    changeset: Changeset
    signer: str
    made: datetime
    sm3: str

    @property
    def epsg(self) -> int:
        """The plane system of its shapes."""
        return crs.epsg_of_zone(self.changeset.zone)


def write(changeset: Changeset, *, signer: str, sign: Sign, made: datetime) -> bytes:
    """The package file, sealed by `signer`."""
    tables = dict(zip(TABLES, (changeset.before, changeset.after, changeset.links), strict=True))
    bodies = {name: _parquet(table) for name, table in tables.items()}
    manifest = _manifest(changeset, bodies, signer, made)
    seal = {"signer": signer, "algorithm": "SM2-SM3", "signature": b64encode(sign(manifest)).decode()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, body in {MANIFEST: manifest, SEAL: _json(seal), **bodies}.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), body)
    return out.getvalue()


def _manifest(changes: Changeset, bodies: dict[str, bytes], signer: str, made: datetime) -> bytes:
    ends = {name: asdict(state) | {"reference_date": state.reference_date.isoformat()}
            for name, state in (("base", changes.base), ("target", changes.target))}  # fmt: skip
    return _json(
        {
            "format": FORMAT, "version": VERSION, "layer": changes.layer, "model": changes.layer.split("/")[0],
            "county": changes.county, "zone": changes.zone, "epsg": crs.epsg_of_zone(changes.zone), **ends,
            "columns": list(changes.columns), "rows": {"before": len(changes.before), "after": len(changes.after),
            "links": len(changes.links)}, "signer": signer, "made": made.isoformat(),
            "members": {name: {"size": len(body), "sm3": sm3(body).hex()} for name, body in bodies.items()},
        }
    )  # fmt: skip


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table.combine_chunks(), out, compression="zstd", store_schema=True)
    return out.getvalue()


def read(path: Path, *, verify: Verify) -> Package:
    """The changeset of a package file. `verify(payload, signature, signer)` knows the keys that may seal one.

    Raises what unpacking raises, DamagedPackage, UnsealedPackage.
    """
    with sandbox.held_folder() as held:
        members = {m.name: m for m in sandbox.unpack(path, held / "in", name=path.name, limits=LIMITS)}
        if members.keys() != {MANIFEST, SEAL, *TABLES}:
            odd = sorted(members.keys() ^ {MANIFEST, SEAL, *TABLES})
            raise DamagedPackage("、".join(odd), "多出或缺少")
        if members[MANIFEST].size > LONGEST_MANIFEST or members[SEAL].size > LONGEST_MANIFEST:
            raise DamagedPackage(MANIFEST, "过大")
        payload = members[MANIFEST].path.read_bytes()
        signer = _proved(payload, members[SEAL].path.read_bytes(), verify)
        told = _told(payload)
        for name in TABLES:
            if told["members"].get(name) != {"size": members[name].size, "sm3": members[name].sm3}:
                raise DamagedPackage(name, "与清单中的大小或 SM3 不符")
        tables = [_table(members[name].path, name) for name in TABLES]
    if told["signer"] != signer:
        raise UnsealedPackage(signer, "清单写的签发方不同")
    return Package(_changeset(told, tables), signer, datetime.fromisoformat(told["made"]), sm3(payload).hex())


def _proved(payload: bytes, body: bytes, verify: Verify) -> str:
    try:
        seal = json.loads(body)
        signer, signature = seal["signer"], b64decode(seal["signature"], validate=True)
    except (ValueError, KeyError, TypeError) as problem:
        raise UnsealedPackage("", "印鉴文件不可读") from problem
    if not isinstance(signer, str) or not verify(payload, signature, signer):
        raise UnsealedPackage(str(signer), "签名与清单不符,或签发方不是已登记的节点")
    return signer


_SHAPE: dict[str, type] = {
    "layer": str, "county": str, "zone": int, "base": dict, "target": dict, "columns": list, "rows": dict,
    "signer": str, "made": str, "members": dict,
}  # fmt: skip


def _told(payload: bytes) -> dict[str, Any]:
    try:
        told = json.loads(payload)
    except ValueError as problem:
        raise DamagedPackage(MANIFEST, "不是 JSON") from problem
    if not isinstance(told, dict) or (told.get("format"), told.get("version")) != (FORMAT, VERSION):
        raise DamagedPackage(MANIFEST, f"不是第 {VERSION} 版的增量包清单")
    for name, kind in _SHAPE.items():
        if not isinstance(told.get(name), kind):
            raise DamagedPackage(MANIFEST, f"缺少“{name}”,或类型不对")
    return told


def _table(path: Path, name: str) -> pa.Table:
    reader = "ziyuan.onemap.differences.member:read"
    return sandbox.read_with(path, reader, options={"member": name}, shown=name).layers["rows"].table


def _changeset(told: dict[str, Any], tables: list[pa.Table]) -> Changeset:
    entity = library.layer(told["layer"]).entity
    schemas = (row_schema(entity), row_schema(entity), LINKS)
    before, after, links = (_fitted(t, s, n) for t, s, n in zip(tables, schemas, TABLES, strict=True))
    if [len(before), len(after), len(links)] != [told["rows"].get(n) for n in ("before", "after", "links")]:
        raise DamagedPackage(MANIFEST, "行数与表不符")
    unknown = [c for c in told["columns"] if c not in entity.fields]
    if unknown:
        raise DamagedPackage(MANIFEST, f"列出的字段“{unknown[0]}”不在数据标准中")
    columns = tuple(told["columns"])
    ends = (_state(told["base"]), _state(told["target"]))
    return Changeset(told["layer"], told["county"], crs.check_zone(told["zone"]), columns, *ends, before, after, links)


def _fitted(table: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    if table.column_names != schema.names:
        raise DamagedPackage(name, "的列与数据标准不同")
    try:
        return table.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as problem:
        raise DamagedPackage(name, "的列类型与数据标准不同") from problem


def _state(told: dict[str, Any]) -> State:
    try:
        day = date.fromisoformat(told["reference_date"])
        found = State(str(told["digest"]), day, int(told["features"]), str(told.get("delivery_no", "")))
        if len(bytes.fromhex(found.digest)) != 32:
            raise ValueError(found.digest)
    except (KeyError, TypeError, ValueError) as problem:
        raise DamagedPackage(MANIFEST, "的版本说明不全") from problem
    return found
