import { expect, test } from 'vitest'

import { checksOf, countersOf, streamsOf } from './health'

test('database, worker and every further check stand as good or bad', () => {
  const checks = checksOf({
    node: 'inner',
    zone: 'inner',
    database: 'ok',
    worker: { ok: false, taken: '2026-11-25T08:00:00Z' },
    exchange: {},
    checks: [{ name: '数据库账号', ok: true, detail: '' }],
  })
  expect(checks.map((check) => [check.title, check.ok])).toEqual([
    ['数据库', true],
    ['后台任务', false],
    ['数据库账号', true],
  ])
  expect(checks[1]!.detail).toContain('2026-11-25 16:00')
})

test('a part that has a check of its own is told once', () => {
  const checks = checksOf({ node: '', zone: '', database: 'ok', worker: 'ok', exchange: {}, checks: [{ name: '后台任务', ok: false, detail: '没有运行' }] })
  expect(checks.map((check) => [check.title, check.ok])).toEqual([
    ['数据库', true],
    ['后台任务', false],
  ])
})

test('counters keep their figures under Chinese names', () => {
  expect(countersOf({ waiting: 3, bad: 0 })).toEqual([
    { title: '待发出', text: '3' },
    { title: '隔离', text: '0' },
  ])
})

test('each list of the exchange becomes a table, empty ones are left out', () => {
  const tables = streamsOf({ counters: { in: 1 }, out: [], in: [{ stream: 'outer', seq: 7 }] })
  expect(tables).toEqual([
    { title: '已接收', columns: [{ id: 'stream', title: '流' }, { id: 'seq', title: '最高序号' }], rows: [{ stream: 'outer', seq: '7' }] },
  ])
  expect(streamsOf(null)).toEqual([])
})
