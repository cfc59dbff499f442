"""Figures of `ziyuan.base`: shapes, areas, edges, encodings and signatures on one core.

Run: `python bench/base.py [--patches 20000]`. One JSON line a figure: name, items a second, seconds, items.
The layer is made here from a fixed seed: a Voronoi tessellation of a 40 km square, straight sides.
"""

import argparse
import json
import time
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import shapely

from ziyuan.base import areas, canonical, sm
from ziyuan.base.geometry import PlaneBatch

SEED = 20261125


def tessellation(count: int, spacing: float = 30.0) -> np.ndarray:
    """WKB of `count` Voronoi cells with vertices at least every `spacing` metres, zone 39, metres."""
    corner, side = np.array([39_480_000.0, 3_500_000.0]), 40_000.0
    points = np.random.default_rng(SEED).uniform(0, side, (count, 2)) + corner
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    square = shapely.box(*corner, *(corner + side))
    return shapely.to_wkb(shapely.segmentize(shapely.intersection(cells, square), spacing))


def measure(name: str, items: int, work: Callable[[], object]) -> None:
    """The best of three runs as one JSON line."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    best = min(seconds)
    print(
        json.dumps(
            {"name": name, "per_second": round(items / best), "seconds": round(best, 4), "items": items}
        )
    )


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description="测量基础部件的速度")
    parser.add_argument("--patches", type=int, default=20_000, help="图斑数")
    count = parser.parse_args().patches
    wkb = tessellation(count)
    batch = PlaneBatch.from_wkb(wkb, 39)
    print(json.dumps({"name": "layer", "patches": len(batch), "vertices": len(batch.coords), "seed": SEED}))
    measure("read WKB to plane integers", count, lambda: PlaneBatch.from_wkb(wkb, 39))
    measure("official area", count, lambda: areas.official_area(batch))
    measure("normal form", count, batch.normal_bytes)
    measure("edge index", count, batch.edges)
    measure("to degrees as EWKB", count, lambda: batch.to_wkb_4490(srid=True))
    measure("proof that degrees give the integers back", count, batch.survives_4490)
    record = {f"FIELD{i}": Decimal(i).scaleb(-2) if i % 3 == 0 else f"值{i}" for i in range(25)}
    measure(
        "digest of a record of 25 fields",
        5_000,
        lambda: [canonical.digest("row", record) for _ in range(5_000)],
    )
    leaves = [sm.sm3(str(i).encode()) for i in range(20_000)]
    measure("Merkle root, leaves", len(leaves), lambda: canonical.merkle_root(leaves))
    ciphers(500)


def ciphers(count: int) -> None:
    """Signatures and seals."""
    provider = sm.provider()
    private, public = provider.sm2_generate()
    key = provider.sm2_private(private)
    signature = provider.sm2_sign(key, b"data")
    measure("SM2 sign", count, lambda: [provider.sm2_sign(key, b"data") for _ in range(count)])
    measure(
        "SM2 verify", count, lambda: [provider.sm2_verify(public, b"data", signature) for _ in range(count)]
    )
    block, nonce, secret = bytes(1 << 20), provider.random(12), provider.random(16)
    measure("SM3, MiB", 20, lambda: [provider.sm3(block) for _ in range(20)])
    measure("SM4-GCM, MiB", 10, lambda: [provider.sm4_gcm_encrypt(secret, nonce, block) for _ in range(10)])


if __name__ == "__main__":
    main()
