import { expect, test } from 'vitest'

import type { Kin, Kinship } from '@/api/editions'
import type { Identified } from '@/api/maps'
import { dayBefore, keysOf, shapesOf } from './kin'

const link = (parent: string, child: string, reference_date: string, depth = 1) => ({ parent, child, reference_date, depth }) as Kin
const kin: Kinship = {
  key: 'B',
  ancestors: [link('A', 'B', '2024-12-31'), link('Z', 'A', '2023-12-31', 2)],
  descendants: [link('B', 'C', '2025-12-31'), link('B', 'D', '2025-12-31')],
}

test('a parent is asked for the day before its end, a child on the day it begins', () => {
  expect(keysOf(kin)).toEqual([
    { key: 'B', kind: 'self', on: '2025-12-30' },
    { key: 'A', kind: 'ancestor', on: '2024-12-30' },
    { key: 'Z', kind: 'ancestor', on: '2023-12-30' },
    { key: 'C', kind: 'descendant', on: '2025-12-31' },
    { key: 'D', kind: 'descendant', on: '2025-12-31' },
  ])
  expect(dayBefore('2024-03-01')).toBe('2024-02-29')
})

test('what still stands is asked for now, and each feature only once', () => {
  const open = keysOf({ key: 'B', ancestors: [link('A', 'B', '2024-12-31'), link('A', 'B', '2023-12-31')], descendants: [] })
  expect(open.map((each) => [each.key, each.on])).toEqual([['B', '2024-12-31'], ['A', '2024-12-30']])
})

test('a shape that cannot be read is left out, the others are drawn', async () => {
  const geometry = { type: 'Point', coordinates: [1, 2] }
  const found = await shapesOf(kin, async (key) => (key === 'A' ? null : ({ geometry } as Identified)))
  expect(found.map((each) => each.id)).toEqual(['D', 'C', 'Z', 'B'])
})
