import { expect, test } from 'vitest'

import { checksOf, countersOf, streamsOf } from './health'

test('database, worker and every further check stand as good or bad', () => {
  const checks = checksOf({
    node: 'inner',
    zone: 'inner',
    database: 'ok',
    worker: { ok: false, last: '2026-11-25T08:00:00Z' },
    exchange: {},
    checks: [{ name: 'disk', ok: true, detail: '余 40 GB' }],
  })
  expect(checks.map((check) => [check.title, check.ok])).toEqual([
    ['数据库', true],
    ['后台任务', false],
    ['磁盘', true],
  ])
  expect(checks[1]!.detail).toContain('2026-11-25 16:00')
})

test('counters keep their figures under Chinese names', () => {
  expect(countersOf({ sent: 3, received: 2 })).toEqual([
    { title: '已发出', text: '3' },
    { title: '已接收', text: '2' },
  ])
})

test('streams are found in a bare list and under a name', () => {
  const rows = [{ peer: 'outer', last: 7 }]
  for (const answer of [rows, { items: rows }]) {
    const streams = streamsOf(answer)
    expect(streams.columns.map((column) => column.title)).toEqual(['对方节点', '最近序号'])
    expect(streams.rows).toEqual([{ peer: 'outer', last: '7' }])
  }
  expect(streamsOf(null).rows).toEqual([])
})
