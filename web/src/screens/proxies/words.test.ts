import { expect, test } from 'vitest'

import type { ProxyRow } from '@/api/proxies'
import { endable, scopeOf, wrongOf, type Draft } from './words'

const good: Draft = { proxy: 3, since: '2026-03-02', until: '2026-03-02', reason: '出差', matters: [], letter: new File(['x'], 'a.pdf') }

test('a day begins today at the earliest and does not end before it begins', () => {
  expect(wrongOf(good, '2026-03-02')).toEqual({})
  expect(wrongOf(good, '2026-03-03')).toEqual({ since: '开始日期不能早于今天' })
  expect(wrongOf({ ...good, until: '2026-03-01' }, '2026-03-02')).toEqual({ until: '结束日期早于开始日期' })
})

test('each missing entry is told by its name', () => {
  const empty: Draft = { proxy: '', since: '', until: '', reason: ' ', matters: [], letter: null }
  expect(Object.keys(wrongOf(empty, '2026-03-02'))).toEqual(['proxy', 'since', 'until', 'reason', 'letter'])
})

test('no matter named means all of them', () => {
  const row = { matters: [], state: 'standing' } as unknown as ProxyRow
  expect([scopeOf(row), scopeOf({ ...row, matters: [{ id: 'a', title: '选址' }] })]).toEqual(['全部事项', '选址'])
  expect([endable(row), endable({ ...row, state: 'over' })]).toEqual([true, false])
})
