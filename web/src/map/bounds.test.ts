import { expect, test } from 'vitest'

import { around, boundsOf } from './bounds'

test('the box holds points of every kind of geometry', () => {
  const box = boundsOf([
    { geometry: { type: 'Point', coordinates: [117, 31] } },
    { geometry: { type: 'MultiPolygon', coordinates: [[[[118, 30], [118.5, 30], [118, 32], [118, 30]]]] } },
  ])
  expect(box).toEqual([117, 30, 118.5, 32])
})

test('nothing to see has no box', () => {
  expect(boundsOf([])).toBeNull()
  expect(boundsOf([{ geometry: null }])).toBeNull()
})

test('a point is shown with its surroundings', () => {
  expect(around(117, 31, 0.5)).toEqual([116.5, 30.5, 117.5, 31.5])
})
