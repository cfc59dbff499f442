import { describe, expect, test } from 'vitest'

import { geometryOf, polygonsOf, ringsOf, textOf } from './rings'

const SQUARE = '117.10,31.60\n117.11,31.60\n117.11,31.61\n117.10,31.61'
const INNER = '117.104,31.604\n117.106,31.604\n117.106,31.606'

describe('a drawing as text', () => {
  test('a ring inside another is its hole, a ring outside is a second polygon', () => {
    const away = '117.20,31.60\n117.21,31.60\n117.21,31.61'
    const polygons = polygonsOf(ringsOf(`${SQUARE}\n\n${INNER}\n\n${away}`))
    expect(polygons.map((polygon) => polygon.getCoordinates().length)).toEqual([2, 1])
  })

  test('a repeated closing point is no vertex of its own', () => {
    expect(ringsOf(`${SQUARE}\n117.10,31.60`)[0]).toHaveLength(4)
  })

  test('plane metres with the zone in front are read as well as degrees', () => {
    const [[longitude, latitude]] = ringsOf('39510000,3507000\n39510300,3507000\n39510300,3507200')[0] as [[number, number]]
    expect(longitude).toBeGreaterThan(117)
    expect(longitude).toBeLessThan(117.2)
    expect(latitude).toBeCloseTo(31.68, 1)
  })

  test('a line that is no point is named with its number', () => {
    expect(() => ringsOf(`${SQUARE}\n117.1`)).toThrow('第 5 行')
  })

  test('two points are no ring', () => {
    expect(() => ringsOf('117.1,31.6\n117.2,31.6')).toThrow('至少要有 3 个')
  })

  test('text written is text read', () => {
    const polygons = polygonsOf(ringsOf(`${SQUARE}\n\n${INNER}`))
    expect(polygonsOf(ringsOf(textOf(polygons))).map((p) => p.getCoordinates())).toEqual(polygons.map((p) => p.getCoordinates()))
  })

  test('nothing drawn is sent as nothing', () => {
    expect(geometryOf([])).toBeNull()
  })
})
