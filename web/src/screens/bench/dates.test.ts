import { expect, test } from 'vitest'

import type { MapLayer } from '@/api/maps'
import { editionOn, layerDates } from './dates'

const edition = (county: string, reference_date: string) => ({
  county,
  county_name: county,
  period: reference_date.slice(0, 4),
  digest: '',
  sealed: '',
  features: 1,
  reference_date,
})
const layer = {
  editions: [edition('340123', '2024-12-31'), edition('340123', '2023-12-31'), edition('340121', '2023-12-31')],
} as MapLayer

test('days stand once and in order, and a county shows only its own', () => {
  expect(layerDates([layer])).toEqual(['2023-12-31', '2024-12-31'])
  expect(layerDates([layer], '340121')).toEqual(['2023-12-31'])
})

test('on a day the last edition up to that day holds, the day itself included', () => {
  const on = (day: string) => editionOn(layer, day).map((each) => `${each.county}@${each.period}`)
  expect(on('2024-12-30')).toEqual(['340121@2023', '340123@2023'].sort().reverse())
  expect(on('2024-12-31')).toContain('340123@2024')
  expect(on('2023-12-30')).toEqual([])
  expect(on('')).toContain('340123@2024')
})

test('as known at a moment, what was sealed later is not there yet', () => {
  const late = { editions: [{ ...edition('340123', '2024-12-31'), sealed: '2026-11-25T02:00:00+00:00' }] } as MapLayer
  expect(editionOn(late, '', '2026-11-25T09:59:00')).toEqual([])
  expect(editionOn(late, '', '2026-11-25T10:00:00')).toHaveLength(1)
})
