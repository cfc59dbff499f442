import { expect, test } from 'vitest'

import type { Copy, Supervision, Urge } from '@/api/reach'
import { copyNote, copyText, supervisionState, supervisionText, urgeText } from './reach'
import { bodyLines } from './log'

const COPY: Copy = {
  number: 1, name: '李明', organ: '合肥市局', kind: 'circulate', note: '请阅', by: '王芳', at: '2026-03-04T10:00:00+08:00', read: null, opinion: '', answered: null,
}

test('a copy tells its receiver, who sent it and whether it was read', () => {
  expect(copyText(COPY)).toBe('传阅 李明(合肥市局),王芳 2026-03-04 10:00,未阅')
  expect(copyText({ ...COPY, kind: 'copy', read: '2026-03-05T09:00:00+08:00' })).toContain('2026-03-05 09:00 已阅')
  expect(copyText({ ...COPY, kind: 'copy', step: '省级决定' })).toBe('抄送 李明(合肥市局),“省级决定”办结时按流程抄送 2026-03-04 10:00,未阅')
})

test('an opinion that is not there yet is missed only where one was asked for', () => {
  expect(copyNote(COPY)).toBe('附言:请阅;尚未填写意见')
  expect(copyNote({ ...COPY, kind: 'copy', note: '' })).toBe('')
  expect(copyNote({ ...COPY, answered: 'x', opinion: '同意' })).toContain('意见:同意')
})

test('an urge tells each receipt', () => {
  const urge: Urge = {
    number: 1, tasks: [1], text: '请尽快', until: '2026-03-06', by: '张处长', by_organ: '省厅', at: '2026-03-04T10:00:00+08:00',
    to: [{ task: 1, person: 2, name: '李明', read: null }],
  }
  expect(urgeText(urge)).toBe('张处长(省厅)2026-03-04 10:00 催办 李明(未阅),期限 2026-03-06')
})

test('a supervised item is waiting, reported in time or late, or closed', () => {
  const item: Supervision = {
    number: 1, asks: '查明', days: 3, due: '2026-03-09', by: '张处长', by_organ: '省厅', at: '2026-03-04T10:00:00+08:00', to: [{ person: 2, name: '李明' }],
    reports: [], closed: null, closing: '', clock: { due: '2026-03-09', left: 3, lamp: 'green', on_time: true },
  }
  const reports = [{ text: '已查', on: '2026-03-10', by: '李明', at: '2026-03-10T10:00:00+08:00' }]
  expect(supervisionText(item)).toContain('2026-03-09 前反馈(3 个工作日)')
  expect(supervisionState(item)).toBe('待反馈')
  expect(supervisionState({ ...item, reports })).toBe('已按期反馈')
  expect(supervisionState({ ...item, reports, clock: { ...item.clock, on_time: false } })).toBe('已反馈,超过期限')
  expect(supervisionState({ ...item, closed: '2026-03-11T10:00:00+08:00', closing: '可以' })).toBe('2026-03-11 已办结:可以')
})

test('the log names whom an act reached', () => {
  expect(bodyLines({ copies: [{ ...COPY }] })).toEqual(['传阅:李明(合肥市局)', '附言:请阅'])
  expect(bodyLines({ reminders: [{ task: 1, levels: ['red', 'escalated'], to: ['李明', '王局长'] }] })).toEqual(['超期、超期上报:李明、王局长'])
})
