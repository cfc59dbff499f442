"""Keys of whole columns: the text by which a feature is known, of one field or of several."""

from collections.abc import Mapping

import pyarrow as pa

from ziyuan.onemap.differences.keys import joined
from ziyuan.onemap.differences.values import typed
from ziyuan.onemap.editions.layers import Layer


def key_texts(layer: Layer, columns: Mapping[str, pa.Array]) -> pa.Array:
    """Keys of the rows as `standards.keys.key_of` writes them; null while a part is. `columns`: typed, by field name."""
    return joined([columns[name] for name in layer.key_fields])


def keys_of(layer: Layer, table: pa.Table) -> pa.Array:
    """Keys of the rows of a lake file."""
    return key_texts(layer, {n: typed(table.column(n), layer.entity.fields[n]).array for n in layer.key_fields})
