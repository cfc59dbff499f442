"""What was checked is what is sealed: the layers as read are kept as Arrow files under their SM3."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.errors import KeptFileBroken
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.formats import LayerTable, file_sm3

_MEDIA = "application/vnd.apache.arrow.file"


def keep(delivery: Delivery, layers: Mapping[str, LayerTable]) -> dict[str, Any]:
    """Store the layers; returns layer → digest and what else a LayerTable holds, as JSON."""
    kept: dict[str, Any] = {}
    for name, layer in layers.items():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, layer.table.schema) as writer:
            writer.write_table(layer.table)
        body = sink.getvalue().to_pybytes()
        stored = kernel.put_file(body, name=f"{delivery.no}-{name}.arrow", media=_MEDIA)
        kept[name] = {"sm3": stored.digest, "epsg": layer.epsg, "driver": layer.driver,
                      "encoding": layer.encoding, "file": layer.file}
    return kept


def kept_layers(delivery: Delivery, *, only: str | None = None, prove: bool = False) -> dict[str, LayerTable]:
    """The kept layers (or one). `prove` compares the bytes with their SM3 first, as before sealing."""
    found: dict[str, LayerTable] = {}
    for name, told in delivery.kept.items():
        if only is not None and name != only:
            continue
        path = kernel.file_path(told["sm3"])
        if prove and (not path.is_file() or file_sm3(path) != told["sm3"]):
            raise KeptFileBroken(delivery.no, name)
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
        found[name] = LayerTable(name, told["epsg"], table, told["driver"], told["encoding"], told["file"])
    return found
