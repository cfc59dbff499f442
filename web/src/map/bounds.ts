import type { Bounds, Feature, Geometry } from '@/api/shapes'

function walk(coordinates: unknown, box: Bounds): void {
  if (!Array.isArray(coordinates)) return
  if (typeof coordinates[0] === 'number' && typeof coordinates[1] === 'number') {
    const [x, y] = coordinates as [number, number]
    box[0] = Math.min(box[0], x)
    box[1] = Math.min(box[1], y)
    box[2] = Math.max(box[2], x)
    box[3] = Math.max(box[3], y)
    return
  }
  for (const part of coordinates) walk(part, box)
}

/** The box around features or geometries; null where there is nothing to see. */
export function boundsOf(things: (Feature<never> | Feature | { geometry: Geometry | null })[]): Bounds | null {
  const box: Bounds = [Infinity, Infinity, -Infinity, -Infinity]
  for (const thing of things) if (thing.geometry) walk(thing.geometry.coordinates, box)
  return Number.isFinite(box[0]) ? box : null
}

/** A box around a point, wide enough that its surroundings are seen (about 200 m at our latitude). */
export function around(lon: number, lat: number, degrees = 0.001): Bounds {
  return [lon - degrees, lat - degrees, lon + degrees, lat + degrees]
}
