import { expect, test } from 'vitest'

import type { MapLayer } from '@/api/maps'
import { hasData, useBench } from './bench'

const layer = (id: string, more: Partial<MapLayer> = {}) => ({ id, editions: [], ...more }) as unknown as MapLayer
const held = { editions: [{}] } as unknown as Partial<MapLayer>

test('records of change are not laid on the map, and the land parcels come first', () => {
  const bench = useBench()
  bench.lay([layer('a@1/XZQ', held), layer('a@1/DLTBGX', held), layer('a@1/DLTBGXGC'), layer('a@1/DLTB', held)], [])
  expect(bench.state.layers.map((each) => each.id)).toEqual(['a@1/XZQ', 'a@1/DLTB'])
  expect(bench.state.on).toEqual(['a@1/DLTB'])
})

test('a layer has something to see with an edition, or when cases write it', () => {
  expect(hasData(layer('x/Y'))).toBe(false)
  expect(hasData(layer('x/Y', { by_cases: true }))).toBe(true)
  expect(hasData(layer('x/Y', held))).toBe(true)
})
