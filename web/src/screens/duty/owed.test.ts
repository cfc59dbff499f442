import { expect, test } from 'vitest'

import type { Owed } from '@/api/catalogue'
import { kept, sums } from './owed'

const row = (county: string, name: string, state: string, period = '2025'): Owed => ({
  mandate: 'survey_county', title: '县级国土调查成果', database: 'DB05', county, county_name: name, period,
  due: null, source: '', state, state_title: '', late_days: 0, delivery: null, no: '',
})
const rows = [row('340123', '肥西县', 'accepted'), row('340121', '长丰县', 'late'), row('341124', '全椒县', 'due', '2024')]
const all = { state: '', period: '', city: '', q: '' }

test('a city keeps its own counties', () => {
  expect(kept(rows, { ...all, city: '340100' }).map((each) => each.county)).toEqual(['340123', '340121'])
})

test('a county is found by part of its name or the beginning of its code', () => {
  expect(kept(rows, { ...all, q: '全椒' })).toHaveLength(1)
  expect(kept(rows, { ...all, q: '3401' })).toHaveLength(2)
})

test('counts begin with what is late', () => {
  expect(sums(rows)).toEqual([['late', 1], ['due', 1], ['accepted', 1]])
})
