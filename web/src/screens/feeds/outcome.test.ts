import { expect, test } from 'vitest'

import type { Feed } from '@/api/filings'
import { every, kept, outcome } from './outcome'

const feed = (more: Partial<Feed> = {}): Feed => ({
  id: 1, mandate: 'm', county: '340123', county_name: '肥西县', location: '/srv/feeds/a', source: '省级系统', licence: '内部', every: 24,
  active: true, due: null, fetched: null, fault: '', delivery: null, ...more,
})

test('a failure outweighs everything, and what was never fetched waits', () => {
  expect(outcome(feed())).toBe('waiting')
  expect(outcome(feed({ fetched: '2026-11-25' }))).toBe('fetched')
  expect(outcome(feed({ fetched: '2026-11-25', active: false }))).toBe('stopped')
  expect(outcome(feed({ fault: '对方回答 404', active: false }))).toBe('failed')
})

test('feeds are found by the title of their task, their source and their address', () => {
  const all = [feed(), feed({ id: 2, location: 'http://10.1.2.3/Lines.zip', county: '340121' })]
  const ids = (filter: Partial<{ q: string; county: string; outcome: string }>) =>
    kept(all, { q: '', county: '', outcome: '', ...filter }, () => '三条控制线').map((each) => each.id)
  expect(ids({ q: 'LINES' })).toEqual([2])
  expect(ids({ q: '控制线' })).toEqual([1, 2])
  expect(ids({ county: '340123' })).toEqual([1])
  expect(ids({ outcome: 'failed' })).toEqual([])
})

test('what failed stands first, then what is due next', () => {
  const all = [feed({ id: 1, due: '2026-12-02' }), feed({ id: 2, due: '2026-12-01' }), feed({ id: 3, due: '2026-12-03', fault: '对方回答 404' })]
  expect(kept(all, { q: '', county: '', outcome: '' }, () => '').map((each) => each.id)).toEqual([3, 2, 1])
})

test('intervals are said as people say them', () => {
  expect([every(24), every(168), every(6), every(36)]).toEqual(['每天', '每 7 天', '每 6 小时', '每 36 小时'])
})
