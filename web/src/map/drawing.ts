/** Drawing on the one map: click place after place; a double click ends a line or closes an area. */
import type { Geometry, LineString, Point, Polygon } from 'ol/geom'
import { Draw } from 'ol/interaction'
import type OlMap from 'ol/Map'
import { Circle, Fill, Stroke, Style } from 'ol/style'

export type DrawnPoints = [number, number][]
export type DrawnKind = 'polygon' | 'line' | 'point'

const TYPES = { polygon: 'Polygon', line: 'LineString', point: 'Point' } as const
const COLOUR = '#c8102e'
const style = new Style({
  stroke: new Stroke({ color: COLOUR, width: 2 }),
  fill: new Fill({ color: `${COLOUR}22` }),
  image: new Circle({ radius: 5, fill: new Fill({ color: '#fff' }), stroke: new Stroke({ color: COLOUR, width: 2 }) }),
})

/** Begin drawing; each finished shape is told as its places in degrees (a ring not closed). The answer ends it. */
export function drawOn(map: OlMap, kind: DrawnKind, told: (points: DrawnPoints) => void): () => void {
  const draw = new Draw({ type: TYPES[kind], freehandCondition: () => false, stopClick: true, style })
  draw.on('drawend', (event) => told(placesOf(event.feature.getGeometry()!, kind)))
  map.addInteraction(draw)
  return () => void map.removeInteraction(draw)
}

function placesOf(shape: Geometry, kind: DrawnKind): DrawnPoints {
  if (kind === 'point') return [(shape as Point).getCoordinates()] as DrawnPoints
  if (kind === 'line') return (shape as LineString).getCoordinates() as DrawnPoints
  return (shape as Polygon).getCoordinates()[0]!.slice(0, -1) as DrawnPoints
}
