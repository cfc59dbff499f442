import { expect, test } from 'vitest'

import { isBoundaryText, readText, withDrawn, type Placed } from './place'

const SQUARE = '117.15,31.70\n117.16,31.70\n117.16,31.71\n117.15,31.71'
const parts = (placed: Placed | null): number[] => (placed!.shown.coordinates as unknown[][]).map((part) => part.length)

test('boundary points are told from plain coordinates', () => {
  expect(isBoundaryText('[属性描述]\n带号=39')).toBe(true)
  expect(isBoundaryText('J1,1,3510000.000,39514000.000')).toBe(true)
  expect(isBoundaryText(SQUARE)).toBe(false)
})

test('typed coordinates become a closed shape in degrees', async () => {
  const placed = (await readText(SQUARE, '340123', 'polygon')) as Placed
  expect((placed.shown.coordinates as number[][][][])[0]![0]).toHaveLength(5)
  expect(placed.bounds).toEqual([117.15, 31.7, 117.16, 31.71])
})

test('a ring drawn inside becomes a hole, one outside a part of its own', () => {
  const inner = withDrawn(SQUARE, [[117.152, 31.702], [117.154, 31.702], [117.154, 31.704]], 'polygon')
  expect(parts(inner.placed)).toEqual([2])
  const outer = withDrawn(inner.text, [[117.2, 31.7], [117.21, 31.7], [117.21, 31.71]], 'polygon')
  expect(parts(outer.placed)).toEqual([2, 1])
})

test('points gather into one record, a blank line parts two lines', async () => {
  const points = (await readText('117.1,31.7\n39512340.118,3490123.5', '340123', 'point')) as Placed
  expect([points.shown.type, (points.shown.coordinates as unknown[]).length]).toEqual(['MultiPoint', 2])
  const lines = withDrawn('117.1,31.7\n117.2,31.7', [[117.3, 31.7], [117.4, 31.8]], 'line')
  expect(parts(lines.placed)).toEqual([2, 2])
})

test('what is no place is told by its line', async () => {
  await expect(readText('117.1,31.7\n合肥', '340123', 'point')).rejects.toThrow('第 2 行')
})
