"""The picture of a process: from the file's diagram, or laid out in columns where it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ziyuan.workflow.engine.graph import Graph

MARGIN = 20.0
_SIZES = {"Event": (36.0, 36.0), "Gateway": (50.0, 50.0)}
_TASK = (120.0, 70.0)
_COLUMN, _ROW = 180.0, 110.0

Boxes = dict[str, tuple[float, float, float, float]]


def layout(graph: Graph) -> dict[str, Any]:
    boxes = _drawn(graph)
    complete = all(key in boxes for key, node in graph.nodes.items() if node.parent == graph.id)
    if not complete:
        boxes = _columns(graph)
    lines = _lines(graph, boxes, complete)
    lanes = _lanes(graph) if complete else []
    points = [point for line in lines.values() for point in line]
    corners = [(x, y, x + w, y + h) for x, y, w, h in [*boxes.values(), *(lane["box"] for lane in lanes)]]
    left = min([c[0] for c in corners] + [x for x, _ in points]) - MARGIN
    top = min([c[1] for c in corners] + [y for _, y in points]) - MARGIN
    right = max([c[2] for c in corners] + [x for x, _ in points]) + MARGIN
    bottom = max([c[3] for c in corners] + [y for _, y in points]) + MARGIN
    return {
        "nodes": [_shown(graph, key, box, left, top) for key, box in boxes.items()],
        "edges": [_edge(graph, flow, lines[flow.id], left, top) for flow in _flows(graph, boxes)],
        "lanes": [
            {"id": lane["id"], "name": lane["name"], **_placed(lane["box"], left, top)} for lane in lanes
        ],
        "width": right - left,
        "height": bottom - top,
    }


def _flows(graph: Graph, boxes: Boxes) -> list[Any]:
    """The flows whose both ends are in the picture."""
    return [flow for flow in graph.document.flows if flow.source in boxes and flow.target in boxes]


def _placed(box: tuple[float, float, float, float], left: float, top: float) -> dict[str, float]:
    return {"x": box[0] - left, "y": box[1] - top, "w": box[2], "h": box[3]}


def _shown(
    graph: Graph, key: str, box: tuple[float, float, float, float], left: float, top: float
) -> dict[str, Any]:
    node = graph.nodes[key]
    told = {"id": key, "type": node.type, "name": node.name, "lane": node.lane}
    return {**told, **_placed(box, left, top)}


def _edge(
    graph: Graph, flow: Any, line: list[tuple[float, float]], left: float, top: float
) -> dict[str, Any]:
    points = [[x - left, y - top] for x, y in line]
    return {
        "id": flow.id,
        "source": flow.source,
        "target": flow.target,
        "name": flow.name,
        "waypoints": points,
    }


def _drawn(graph: Graph) -> Boxes:
    shapes = graph.document.shapes
    return {key: (s.x, s.y, s.w, s.h) for key in graph.nodes if (s := shapes.get(key)) is not None}


def _lanes(graph: Graph) -> list[dict[str, Any]]:
    shapes = graph.document.shapes
    return [
        {"id": lane.id, "name": lane.name, "box": (s.x, s.y, s.w, s.h)}
        for lane in graph.document.lanes
        if (s := shapes.get(lane.id)) is not None
    ]


def _columns(graph: Graph) -> Boxes:
    """Columns by the distance from the start, rows in the order of discovery; what runs inside others is left out."""
    column: dict[str, int] = {}
    work: list[str] = []
    for first in [*graph.starts, *(key for key, node in graph.nodes.items() if node.parent == graph.id)]:
        if first not in column:
            column[first] = 0
            work.append(first)
            _spread(graph, column, work, len(work) - 1)
    rows: dict[int, int] = {}
    boxes: Boxes = {}
    for key in work:
        place = column[key]
        row = rows.get(place, 0)
        rows[place] = row + 1
        w, h = next((size for mark, size in _SIZES.items() if graph.nodes[key].type.endswith(mark)), _TASK)
        boxes[key] = (place * _COLUMN - w / 2, row * _ROW - h / 2, w, h)
    return boxes


def _spread(graph: Graph, column: dict[str, int], work: list[str], place: int) -> None:
    """Give a column to all that can be reached from one node."""
    while place < len(work):
        at = work[place]
        place += 1
        for target in [*graph.nodes[at].boundaries, *(way.target for way in graph.ways[at])]:
            if target not in column:
                column[target] = column[at] + 1
                work.append(target)


def _lines(graph: Graph, boxes: Boxes, drawn: bool) -> dict[str, list[tuple[float, float]]]:
    lines: dict[str, list[tuple[float, float]]] = {}
    for flow in _flows(graph, boxes):
        known = graph.document.edges.get(flow.id, []) if drawn else []
        lines[flow.id] = known if len(known) > 1 else _straight(boxes[flow.source], boxes[flow.target])
    return lines


def _straight(
    a: tuple[float, float, float, float], b: tuple[float, float, float, float]
) -> list[tuple[float, float]]:
    start = (a[0] + a[2], a[1] + a[3] / 2)
    end = (b[0], b[1] + b[3] / 2)
    if start[1] == end[1]:
        return [start, end]
    middle = (start[0] + end[0]) / 2
    return [start, (middle, start[1]), (middle, end[1]), end]
