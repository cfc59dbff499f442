/** Where a record lies: boundary points, typed coordinates or a drawing become one shape to see and to file. */
import { filings, type OutlineProblem, type PlaneShape, type ReadOutline, type ShapeKind } from '@/api/filings'
import type { Bounds, Geometry } from '@/api/shapes'
import { boundsOf } from '@/map/bounds'
import { readPlace } from '@/map/crs'
import type { DrawnPoints } from '@/map/drawing'
import { addRing, geometryOf, polygonsOf, ringsOf, textOf, WrongLine } from '@/public/rings'

export interface Placed {
  /** What is filed: the exact plane shape of a boundary text, or degrees. */
  filed: PlaneShape | Geometry
  /** The same for the map. */
  shown: Geometry
  words: string[]
  problems: OutlineProblem[]
  bounds: Bounds | null
}

export type Reading = Placed | { problems: OutlineProblem[] }

const NOTHING: Reading = { problems: [] }

/** A boundary text has headings, parcel lines with @ or point names; anything else is plain coordinates. */
export const isBoundaryText = (text: string): boolean => /@|\[|^\s*[A-Za-z]+\d+\s*,/m.test(text)

/** Reads pasted text: boundary points on the server, coordinates here. Throws WrongLine or ApiError. */
export async function readText(text: string, county: string, kind: ShapeKind): Promise<Reading> {
  if (kind === 'polygon' && isBoundaryText(text)) return read(await filings.outline(county, new Blob([text], { type: 'text/plain' }), '粘贴的界址点.txt'))
  return placedOf(kind, text) ?? NOTHING
}

export async function readFile(file: File, county: string): Promise<Reading> {
  return read(await filings.outline(county, file, file.name))
}

function read(told: ReadOutline): Reading {
  const { geometry, geojson, shown, problems } = told
  if (!geometry || !geojson) return { problems }
  const parcels = shown.parcels.map((each) => {
    const stated = each.stated === null ? '' : `,文件写 ${each.stated} ${each.stated_unit}`
    return `${each.no || '地块'} ${each.name}:${each.points} 点${each.holes ? `,${each.holes} 个洞` : ''},${each.area_ha} 公顷${stated}`
  })
  const how = `编码 ${shown.encoding},${shown.axes},${shown.zone} 带(${shown.zone_reason}),${shown.rings} 圈`
  return { filed: geometry, shown: geojson, words: [how, ...parcels], problems, bounds: shown.bounds }
}

/** What was drawn, added to what is there; a ring inside another becomes a hole. The text can be corrected by keyboard. */
export function withDrawn(text: string, points: DrawnPoints, kind: ShapeKind): { placed: Placed | null; text: string } {
  const before = isBoundaryText(text) ? '' : text.trim()
  if (kind === 'polygon') {
    const polygons = before ? polygonsOf(ringsOf(before)) : []
    addRing(polygons, points)
    return { placed: placedOf(kind, textOf(polygons)), text: textOf(polygons) }
  }
  const added = points.map(([x, y]) => `${x.toFixed(9)},${y.toFixed(9)}`).join('\n')
  const whole = [before, added].filter(Boolean).join(kind === 'line' ? '\n\n' : '\n')
  return { placed: placedOf(kind, whole), text: whole }
}

function placedOf(kind: ShapeKind, text: string): Placed | null {
  const shape = kind === 'polygon' ? geometryOf(polygonsOf(ringsOf(text))) : flat(kind, runsOf(text))
  if (!shape) return null
  const points = (JSON.stringify(shape.coordinates).match(/\[-?\d/g) ?? []).length
  const parts = { polygon: '个部分', line: '条线', point: '个点' }[kind]
  return {
    filed: shape,
    shown: shape,
    words: [`CGCS2000 经纬度,${(shape.coordinates as unknown[]).length} ${parts}${kind === 'point' ? '' : `,${points} 个坐标`}`],
    problems: [],
    bounds: boundsOf([{ geometry: shape }]),
  }
}

function flat(kind: ShapeKind, runs: DrawnPoints[]): Geometry | null {
  if (runs.length === 0) return null
  return kind === 'point' ? { type: 'MultiPoint', coordinates: runs.flat() } : { type: 'MultiLineString', coordinates: runs }
}

/** Places of a text, one a line; a blank line begins the next run. Throws WrongLine. */
function runsOf(text: string): DrawnPoints[] {
  const runs: DrawnPoints[] = [[]]
  text.split(/\r?\n/).forEach((written, index) => {
    if (!written.trim()) return void runs.push([])
    const place = readPlace(written)
    if (!place) throw new WrongLine(index + 1, '应为“经度,纬度”(度)或“东坐标,北坐标”(米,东坐标带带号)')
    runs.at(-1)!.push(place)
  })
  return runs.filter((run) => run.length > 0)
}
