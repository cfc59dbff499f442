import { expect, test } from 'vitest'

import type { UnitNode, UnitRecord } from '@/api/organisation'
import { appointAct, bodyOf, organOf, personActs, returnAct, unitActs, wrongOf, type Around } from './acts'

const node = (code: string, parent: string | null, kind: UnitNode['kind'], region = '340123'): UnitNode => ({
  code, parent, kind, name: code, kind_title: '', region, region_name: '', since: '2020-01-01', until: null, people: 0, head: '',
})
const nodes = [node('ZR1', null, 'organ', '340100'), node('ZR2', 'ZR1', 'organ'), node('A', 'ZR2', 'division'), node('B', 'A', 'station')]
const record = (code: string): UnitRecord => ({
  ...nodes.find((each) => each.code === code)!, day: '2026-03-02', path: [], terms: [], posts: [], people: [], changes: [],
  roles: [{ id: 'county_clerk', title: '经办人' }], ranks: ['正科'], may_change: true, may_appoint: true, is_unit: code === 'A' || code === 'B',
})
const around = (code: string): Around => ({
  unit: record(code), nodes, regions: [{ code: '340123', name: '肥西县' }, { code: '340121', name: '长丰县' }],
  staff: [{ id: 1, name: '甲', user: 'a', active: true }, { id: 2, name: '乙', user: 'b', active: false }], today: '2026-03-02',
})

test('a unit belongs to the nearest organ above it', () => {
  expect([organOf(nodes, 'B'), organOf(nodes, 'ZR2'), organOf(nodes, 'none')]).toEqual(['ZR2', 'ZR2', 'none'])
})

test('a division is moved within its organ, an organ below another organ', () => {
  const parents = (code: string): unknown[] => unitActs(around(code)).find((act) => act.id === 'move')!.fields[0]!.choices!.map((each) => each.value)
  expect(parents('B')).toEqual(['ZR2', 'A'])
  expect(parents('ZR2')).toEqual(['ZR1'])
})

test('an organ is founded only where the region has none', () => {
  const found = (code: string): unknown => unitActs(around(code)).find((act) => act.id === 'found')?.fields[2]?.choices?.map((each) => each.value)
  expect(found('ZR1')).toEqual(['340121'])
  expect(found('A')).toBeUndefined()
})

test('an external unit is registered at an organ, in its region, and is only renamed or closed', () => {
  const ids = (each: Around): string[] => unitActs(each).map((act) => act.id)
  expect([ids(around('ZR2')).includes('external'), ids(around('A')).includes('external')]).toEqual([true, false])
  const water: UnitRecord = { ...record('ZR2'), code: 'SL2', kind: 'external' }
  expect(ids({ ...around('ZR2'), unit: water, nodes: [...nodes, node('SL2', null, 'external')] })).toEqual(['rename', 'close'])
  expect(organOf([...nodes, node('SL2', null, 'external')], 'SL2')).toBe('SL2')
  const person = { id: 1, name: '甲', user: 'a', active: true, since: '2026-03-02', until: null }
  expect(personActs(person, { ...around('ZR2'), unit: water }).map((act) => act.id)).toEqual(['password', 'deactivate'])
})

test('only active people are appointed and only the others come back', () => {
  const choices = (act: { fields: { choices?: { value: unknown }[] }[] }): unknown[] => act.fields[0]!.choices!.map((each) => each.value)
  expect([choices(appointAct(around('A'))), choices(returnAct(around('A')))]).toEqual([[1], [2]])
})

test('what is missing, too long or in the wrong order is told by field', () => {
  const { fields } = appointAct(around('A'))
  const body = { person: '', role: 'county_clerk', title: '字'.repeat(61), since: '2026-03-02', until: '2026-03-01', reason: ' ' }
  expect(wrongOf(fields, body)).toEqual({
    person: '请选择人员', title: '职务不能超过 60 个字', until: '结束日期早于开始日期', reason: '请填写理由或文号',
  })
  expect(wrongOf(fields, { ...body, person: 1, title: '', until: '2026-03-02', reason: '任免通知' })).toEqual({})
})

test('an empty date is sent as none and a tick as false', () => {
  const { fields } = appointAct(around('A'))
  expect(bodyOf(fields, { person: 1, role: 'county_clerk', since: '2026-03-02', reason: ' 通知 ' })).toEqual({
    person: 1, role: 'county_clerk', title: '', rank: '', head: false, since: '2026-03-02', until: null, reason: '通知',
  })
})
