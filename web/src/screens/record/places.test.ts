import { expect, test } from 'vitest'

import type { CaseRecord, Paper } from '@/api/cases'
import { gapsOf, placesOf } from './places'

const paper = (kind: string, name: string, required: boolean): Paper => ({
  id: null,
  kind,
  title: kind,
  name,
  size: 0,
  digest: '',
  required,
  note: '',
  url: null,
})
const record = {
  form: [{ group: '项目', fields: [{ path: 'name', title: '项目名称', value: 'x', text: 'x' }] }],
  papers: [paper('report', 'a.pdf', true), paper('proof', '', true), paper('map', '', false)],
  site: { parcels: [{ no: '1', name: '', area_m2: '1' }] },
} as unknown as CaseRecord

test('a correction begins with the required papers that are missing, and only those', () => {
  expect(gapsOf(record)).toEqual([{ kind: 'paper', target: 'proof', text: '请补充proof。' }])
})

test('every field, paper and parcel can be pointed at', () => {
  expect(placesOf(record).map((place) => `${place.kind}:${place.target}`)).toEqual([
    'field:name',
    'paper:report',
    'paper:proof',
    'paper:map',
    'vertex:1',
  ])
})
