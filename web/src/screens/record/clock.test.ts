import { expect, test } from 'vitest'

import type { ClockInterval } from '@/api/clocks'
import { bars, extensionText, limitText, stoppedText, stopText } from './clock'

const part = (days: number, kind = ''): ClockInterval => ({
  after: '2026-03-04', until: '2026-03-06', days, kind, provisional: false, stop: kind ? 1 : null, basis: kind && '行政许可法 第四十五条', by: kind && '王',
}) // prettier-ignore

test('the line is as long as its working days, and its parts make up the whole', () => {
  const line = bars([part(2), part(5, '专家评审'), part(3)])
  expect(line.map((bar) => bar.share)).toEqual([20, 50, 30])
  expect(line[1]?.title).toContain('停计时(专家评审) 5 个工作日')
  expect(line[1]?.title).toContain('王,行政许可法 第四十五条')
})

test('a stop of no whole day still shows, a running part of none does not', () => {
  expect(bars([part(2), part(0, '听证'), part(0)]).map((bar) => bar.kind)).toEqual(['', '听证'])
  expect(bars([])).toEqual([])
})

test('the extension is written beside the limit it lengthens', () => {
  expect(limitText('法定', 20, 0)).toBe('法定 20 个工作日')
  expect(limitText('承诺', 10, 5)).toBe('承诺 10 + 延期 5 个工作日')
})

test('a stop says from when to when, by whom, and why it stops nothing', () => {
  const stop = { kind: '现场勘验', basis: '', by: '王', from: '2026-03-04', to: null }
  expect(stopText(stop)).toBe('2026-03-04(王) 至 今')
  expect(stopText({ ...stop, to: '2026-03-06', ended_by: '李', counts: false, why: '法律没有规定扣除' })).toBe(
    '2026-03-04(王) 至 2026-03-06(李恢复);法律没有规定扣除',
  )
})

test('days taken out are named by type', () => {
  expect(stoppedText({ stopped_by: { 专家评审: 5, 听证: 0, 补正: 1 } })).toBe('专家评审 5 个工作日、补正 1 个工作日')
})

test('an extension says who asked, for how long, why, and what the head said', () => {
  const asked = { state: 'proposed' as const, days: 5, reason: '论证', by: '王', at: '' }
  expect(extensionText({ extension: asked })).toBe('王申请延期 5 个工作日,理由:论证;等待负责人答复')
  expect(extensionText({ extension: { ...asked, state: 'approved', answered_by: '李', opinion: '同意。' } })).toContain('已批准(李:同意。)')
  expect(extensionText({ extension: null })).toBe('')
})
