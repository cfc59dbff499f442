"""County outlines for the drawing map: open, the same for everyone, simplified once to what a screen shows."""

import gzip
import json
from functools import cache

import shapely
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from shapely.geometry import mapping, shape

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap

TOLERANCE = 0.001  # degrees, about 100 m: orientation only
GRID = 0.0001


@cache_control(public=True, max_age=86_400)
def outlines(request: HttpRequest) -> HttpResponse:
    """GeoJSON in EPSG:4490 with code and name of each county; packed, since a phone loads it."""
    response = HttpResponse(_packed(), content_type="application/geo+json")
    response["Content-Encoding"] = "gzip"
    return response


@cache
def _packed() -> bytes:
    told = onemap.outlines(kernel.system_actor())
    features = [
        {
            "type": "Feature",
            "properties": {"code": f["properties"]["code"], "name": f["properties"]["name"]},
            "geometry": mapping(shapely.set_precision(shape(f["geometry"]).simplify(TOLERANCE), GRID)),
        }
        for f in told["features"]
        if f["properties"]["level"] == "county"
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(body.encode(), mtime=0)
