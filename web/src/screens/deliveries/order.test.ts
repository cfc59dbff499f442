import { expect, test } from 'vitest'

import type { Mandate } from '@/api/uploads'
import { blank, deliverable, kindsOf, ordered, villagesOf, wrongs } from './order'

const mandate = {
  organ: 'county',
  cadence: 'yearly',
  comment: 'optional',
  files: ['zip', 'gpkg'],
  kinds: ['correction', 'full', 'partial', 'filing'].map((id) => ({ id, title: id })),
} as unknown as Mandate
const full = { ...blank(), county: '340123', period: '2024' }

test('only kinds that come as a file are offered, the whole county first', () => {
  expect(kindsOf(mandate).map((kind) => kind.id)).toEqual(['full', 'partial', 'correction'])
  expect(deliverable({ ...mandate, kinds: [{ id: 'filing', title: '直报备案' }] })).toBe(false)
})

test('a task that fetches its data by itself stands last', () => {
  const feed = { ...mandate, id: 'b', feed: { source: '', licence: '' } }
  const plain = { ...mandate, feed: null }
  const all = [feed, { ...plain, id: 'c', owed: false }, { ...plain, id: 'a', owed: true }]
  expect(ordered(all).map((each) => each.id)).toEqual(['a', 'c', 'b'])
})

test('what is missing is named in the order of the form', () => {
  expect(wrongs(blank(), null, null)).toEqual(['请选择汇交任务', '请选择县(市、区)', '年度须为四位年份,如 2024', '请选择数据包文件'])
  expect(wrongs(full, mandate, { name: '340123-2024.ZIP' })).toEqual([])
  expect(wrongs(full, mandate, { name: 'a.mdb' })).toEqual(['文件须为 .zip 或 .gpkg'])
})

test('a part names layers or villages of the county, a correction names what it corrects', () => {
  const part = { ...full, kind: 'partial' }
  expect(wrongs(part, mandate, { name: 'a.zip' })).toEqual(['局部汇交须选择图层,或填写村级代码'])
  expect(wrongs({ ...part, villages: ['340121101001'] }, mandate, { name: 'a.zip' })[0]).toContain('340121101001')
  expect(wrongs({ ...part, villages: ['340123101001'] }, mandate, { name: 'a.zip' })).toEqual([])
  expect(wrongs({ ...full, kind: 'correction' }, mandate, { name: 'a.zip' })).toEqual(['存量更正须选择所更正的汇交'])
})

test('a month has a month, and a required remark is asked for', () => {
  const monthly = { ...mandate, cadence: 'monthly', comment: 'required' } as Mandate
  expect(wrongs({ ...full, period: '2024-13' }, monthly, { name: 'a.zip' })).toEqual(['月份须如 2024-03', '本任务要求填写汇交说明'])
})

test('village codes are read out of pasted text', () => {
  expect(villagesOf('340123101001、340123101002\n340123101001,')).toEqual(['340123101001', '340123101002'])
})
