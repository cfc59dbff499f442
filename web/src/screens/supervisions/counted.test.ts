import { expect, test } from 'vitest'

import type { SupervisedAsked, SupervisedLine } from '@/api/reach'
import { FIGURES, listOf } from './counted'

const ASKED: SupervisedAsked = { region: '340000', level: 'city', matters: false, since: '2026-01-01', until: '2026-03-31' }
const LINE: SupervisedLine = {
  region: '340100', region_name: '合肥市', matter: '', matter_title: '', opened: 3, reported_on_time: 1, reported_late: 1, waiting: 1, waiting_late: 1,
  open: 2, closed: 1, closed_on_time: 1, mean_days: '3.0',
}

test('a figure leads to the list of exactly what it counts', () => {
  expect(listOf(ASKED, LINE, 'waiting_late')).toEqual({
    state: '', figure: 'waiting_late', region: '340100', level: 'city', since: '2026-01-01', until: '2026-03-31',
  })
  expect(listOf(ASKED, { ...LINE, matter: 'use_control/site_review' }, 'closed').matter).toBe('use_control/site_review')
})

test('the sum leads to all lines, whatever their level', () => {
  expect(listOf(ASKED, null, 'opened')).toEqual({ state: '', figure: 'opened', region: '340000', since: '2026-01-01', until: '2026-03-31' })
})

test('every figure of a line has its column', () => {
  const counts = Object.keys(LINE).filter((name) => typeof LINE[name as keyof SupervisedLine] === 'number')
  expect(Object.keys(FIGURES).sort()).toEqual(counts.sort())
})
