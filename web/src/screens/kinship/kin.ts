/** The features of a kinship as shapes: each on a day on which it stood. */
import type { Kin, Kinship } from '@/api/editions'
import type { Identified } from '@/api/maps'
import type { Feature } from '@/api/shapes'

export type KinKind = 'self' | 'ancestor' | 'descendant'
export type KinShape = Feature<{ kind: KinKind }>

export const COLOURS: Record<KinKind, string> = { self: '#b3261e', ancestor: '#c27800', descendant: '#1f7a4d' }
export const TITLES: Record<KinKind, string> = { self: '本图斑', ancestor: '来源', descendant: '去向' }
/** Shapes fetched one by one; the nearest come first. */
export const MOST_SHAPES = 40

interface Wanted {
  key: string
  kind: KinKind
  on: string
}

/** Every feature once, with a day on which it stood: parents the day before they ended, children the day they began. */
export function keysOf(kin: Kinship): Wanted[] {
  const found = new Map<string, Wanted>()
  const add = (key: string, kind: KinKind, on: string): void => void (found.has(key) || found.set(key, { key, kind, on }))
  const ended = kin.descendants.filter((link) => link.depth === 1)[0]
  add(kin.key, 'self', ended ? dayBefore(ended.reference_date) : (kin.ancestors[0]?.reference_date ?? ''))
  for (const link of nearest(kin.ancestors)) add(link.parent, 'ancestor', dayBefore(link.reference_date))
  for (const link of nearest(kin.descendants)) add(link.child, 'descendant', link.reference_date)
  return [...found.values()]
}

const nearest = (links: Kin[]): Kin[] => [...links].sort((a, b) => a.depth - b.depth)

export function dayBefore(day: string): string {
  const time = new Date(`${day.slice(0, 10)}T00:00:00Z`)
  time.setUTCDate(time.getUTCDate() - 1)
  return time.toISOString().slice(0, 10)
}

/** Fetches the shapes; what cannot be read is left out. */
export async function shapesOf(kin: Kinship, read: (key: string, on: string) => Promise<Identified | null>): Promise<KinShape[]> {
  const wanted = keysOf(kin).slice(0, MOST_SHAPES)
  const found = await Promise.all(wanted.map((each) => read(each.key, each.on)))
  const shapes = wanted.flatMap((each, index) => {
    const geometry = found[index]?.geometry
    return geometry ? [{ type: 'Feature' as const, id: each.key, geometry, properties: { kind: each.kind } }] : []
  })
  return shapes.reverse() // the feature asked for lies on top
}
