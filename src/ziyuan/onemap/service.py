"""The door of `onemap`."""

from ziyuan.onemap import deliveries
from ziyuan.onemap.analysis.counties import CountyShare, counties_of
from ziyuan.onemap.analysis.overlay import Overlay, Piece, Pin, check_site, overlay
from ziyuan.onemap.analysis.picture import draw_map
from ziyuan.onemap.analysis.screen import screen
from ziyuan.onemap.analysis.screening import Screening, ThemeResult
from ziyuan.onemap.analysis.themes import themes
from ziyuan.onemap.catalogue import verbs as catalogue
from ziyuan.onemap.editions import changesets, cutting, undo
from ziyuan.onemap.editions.asof import asof, history
from ziyuan.onemap.editions.diff import Change, Difference, FieldChange, diff
from ziyuan.onemap.editions.flow import Flow, flow
from ziyuan.onemap.editions.layers import land_classes, layer, three_class
from ziyuan.onemap.editions.links import Link
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.proof import verify_editions
from ziyuan.onemap.editions.register import editions, latest
from ziyuan.onemap.editions.rows import Feature
from ziyuan.onemap.editions.seal import seal, sweep
from ziyuan.onemap.editions.verify import Verification, verify
from ziyuan.onemap.editions.write import layer_verify, layer_withdraw, layer_write
from ziyuan.onemap.findings import verbs as findings
from ziyuan.onemap.formats import Boundary, County, Parcel, read_boundary, write_boundary
from ziyuan.onemap.layer_tables import apply_standards
from ziyuan.onemap.reviewing import port as reviewing
from ziyuan.onemap.services import editions as edition_pages
from ziyuan.onemap.services.catalogue import catalogue as layers
from ziyuan.onemap.services.changes import changes, flow_csv, flow_table
from ziyuan.onemap.services.export import Export, export
from ziyuan.onemap.services.features import count, feature, features, identify
from ziyuan.onemap.services.outlines import bounds, outline, outlines
from ziyuan.onemap.services.statistics import statistics, statistics_csv
from ziyuan.onemap.services.tiles import Tile, tile
from ziyuan.onemap.standard_pages import MadeFile, standard, standard_differences, standard_file, standards

__all__ = [
    "Boundary",
    "Change",
    "County",
    "CountyShare",
    "Difference",
    "Edition",
    "Export",
    "Feature",
    "FieldChange",
    "Flow",
    "Link",
    "MadeFile",
    "Moment",
    "Overlay",
    "Parcel",
    "Piece",
    "Pin",
    "Screening",
    "ThemeResult",
    "Tile",
    "Verification",
    "apply_standards",
    "asof",
    "bounds",
    "catalogue",
    "changes",
    "changesets",
    "check_site",
    "count",
    "counties_of",
    "cutting",
    "deliveries",
    "diff",
    "draw_map",
    "edition_pages",
    "editions",
    "export",
    "feature",
    "features",
    "findings",
    "flow",
    "flow_csv",
    "flow_table",
    "history",
    "identify",
    "land_classes",
    "latest",
    "layer",
    "layer_verify",
    "layer_withdraw",
    "layer_write",
    "layers",
    "outline",
    "outlines",
    "overlay",
    "read_boundary",
    "reviewing",
    "screen",
    "seal",
    "standard",
    "standard_differences",
    "standard_file",
    "standards",
    "statistics",
    "statistics_csv",
    "sweep",
    "themes",
    "three_class",
    "tile",
    "undo",
    "verify",
    "verify_editions",
    "write_boundary",
]
