/**
 * A drawing as text and back: one vertex a line, a blank line between rings; a ring inside another is its hole.
 * The same text can be typed, pasted and corrected by keyboard alone.
 */
import Polygon from 'ol/geom/Polygon'

import { readPlace } from '@/map/crs'

export type Ring = [number, number][]

/** What is wrong, with the line it stands in (from 1). */
export class WrongLine extends Error {
  constructor(
    readonly line: number,
    what: string,
  ) {
    super(`第 ${line} 行:${what}`)
  }
}

/** Rings of degrees, not closed. Throws WrongLine. */
export function ringsOf(text: string): Ring[] {
  const rings: Ring[] = []
  let ring: Ring = []
  let start = 1
  const finish = (line: number): void => {
    if (ring.length === 0) return
    if (same(ring[0]!, ring[ring.length - 1]!) && ring.length > 1) ring.pop()
    if (ring.length < 3) throw new WrongLine(start, '一个环至少要有 3 个不同的点')
    rings.push(ring)
    ring = []
    start = line + 1
  }
  text.split(/\r?\n/).forEach((written, index) => {
    if (written.trim() === '') return finish(index + 1)
    const place = readPlace(written)
    if (!place) throw new WrongLine(index + 1, '应为“经度,纬度”(度)或“东坐标,北坐标”(米,东坐标带带号)')
    if (ring.length === 0) start = index + 1
    ring.push(place)
  })
  finish(0)
  return rings
}

/** Polygons of rings: a ring whose points all lie inside an earlier polygon becomes its hole. */
export function polygonsOf(rings: Ring[]): Polygon[] {
  const polygons: Polygon[] = []
  for (const ring of rings) addRing(polygons, ring)
  return polygons
}

/** Add a ring as a hole or as a polygon of its own; true when it became a hole. */
export function addRing(polygons: Polygon[], ring: Ring): boolean {
  const closed = [...ring, ring[0]!]
  const around = polygons.find((polygon) => ring.every((point) => polygon.intersectsCoordinate(point)))
  if (around) around.setCoordinates([...around.getCoordinates(), closed])
  else polygons.push(new Polygon([closed]))
  return Boolean(around)
}

/** The text of polygons, degrees to 1e-9 (about 0.1 mm). */
export function textOf(polygons: Polygon[]): string {
  const rings = polygons.flatMap((polygon) => polygon.getCoordinates().map((ring) => ring.slice(0, -1)))
  return rings.map((ring) => ring.map(([x, y]) => `${x!.toFixed(9)},${y!.toFixed(9)}`).join('\n')).join('\n\n')
}

/** GeoJSON geometry for the server; null when nothing is drawn. */
export function geometryOf(polygons: Polygon[]): { type: 'MultiPolygon'; coordinates: number[][][][] } | null {
  return polygons.length ? { type: 'MultiPolygon', coordinates: polygons.map((polygon) => polygon.getCoordinates()) } : null
}

const same = (a: [number, number], b: [number, number]): boolean => a[0] === b[0] && a[1] === b[1]
