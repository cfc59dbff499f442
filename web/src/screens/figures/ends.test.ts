import { expect, test } from 'vitest'

import type { MapLayer } from '@/api/maps'
import { endsOf, within } from './ends'

const edition = (county: string, reference_date: string) => ({ county, reference_date, period: reference_date.slice(0, 4) })
const layer = { editions: [edition('340123', '2024-12-31'), edition('340123', '2023-12-31'), edition('341124', '2022-06-30')] } as MapLayer

test('a county is compared by its own days, a region by the years of its counties', () => {
  expect(endsOf(layer, '340123')).toEqual(['2023-12-31', '2024-12-31'])
  expect(endsOf(layer, '340100')).toEqual(['2023', '2024'])
  expect(endsOf(layer, '340000')).toEqual(['2022', '2023', '2024'])
  expect(endsOf(layer, '')).toEqual(['2022', '2023', '2024'])
})

test('a county belongs to its city and province only', () => {
  expect([within('340123', '340100'), within('340123', '340000'), within('341124', '340100')]).toEqual([true, true, false])
})
