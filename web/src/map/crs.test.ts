import { expect, test } from 'vitest'

import { epsgOfZone, fromZone, readPlace, sexagesimal, toZone, zoneOf } from './crs'

test('zones change half-way between their meridians', () => {
  expect(zoneOf(117)).toBe(39)
  expect(zoneOf(118.4999)).toBe(39)
  expect(zoneOf(118.5)).toBe(40)
  expect(epsgOfZone(39)).toBe(4527)
})

test('a point on the central meridian has the false easting with its zone prefix', () => {
  const [east, north] = toZone(117, 31)
  expect(east).toBeCloseTo(39_500_000, 4)
  // Meridian arc of GRS80 to 31° N, integrated numerically from a(1−e²)/(1−e² sin²φ)^1.5 (Simpson, 200,000 steps).
  expect(north).toBeCloseTo(3_430_974.3234, 3)
})

test('there and back loses less than a tenth of a millimetre', () => {
  const [east, north] = toZone(117.166_25, 31.717_5)
  const [longitude, latitude] = fromZone(east, north)
  expect(longitude).toBeCloseTo(117.166_25, 9)
  expect(latitude).toBeCloseTo(31.717_5, 9)
})

test('seconds carry into minutes and degrees', () => {
  expect(sexagesimal(117.5)).toBe('117°30′00.00″')
  expect(sexagesimal(30.999_999_999)).toBe('31°00′00.00″')
})

test('a typed place is read in degrees or in zone metres with either axis first', () => {
  expect(readPlace('117.1, 31.5')).toEqual([117.1, 31.5])
  const [east, north] = toZone(117.1, 31.5)
  for (const text of [`${east},${north}`, `${north} ${east}`]) {
    const place = readPlace(text)!
    expect(place[0]).toBeCloseTo(117.1, 8)
    expect(place[1]).toBeCloseTo(31.5, 8)
  }
})

test('what is no place is not guessed', () => {
  for (const text of ['', '117.1', 'a,b', '500000,3490000']) expect(readPlace(text)).toBeNull()
})
