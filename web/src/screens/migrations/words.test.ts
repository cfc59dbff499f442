import { expect, test } from 'vitest'

import type { OrderHead, PlanLine } from '@/api/migrations'
import { dates, progress, summed } from './words'

const line = (verdict: string, due: [string | null, string | null]) => ({ verdict, due }) as PlanLine
const order = (outcomes: Partial<OrderHead['outcomes']>) => {
  const all = { moved: 0, stayed: 0, refused: 0, over: 0, waiting: 0, ...outcomes }
  return { outcomes: all, total: Object.values(all).reduce((a, b) => a + b, 0) } as OrderHead
}

test('a date is shown twice only where it moves', () => {
  expect(dates(line('move', ['2026-03-13', '2026-03-06']))).toBe('2026-03-13 → 2026-03-06')
  expect(dates(line('move', ['2026-03-13', '2026-03-13']))).toBe('2026-03-13')
  expect(dates(line('move', [null, null]))).toBe('—')
  expect(dates(line('refuse', ['2026-03-13', null]))).toBe('2026-03-13')
})

test('progress counts every line that has an outcome, refusals too', () => {
  expect(progress(order({ moved: 2, refused: 1, waiting: 1 }))).toEqual({ done: 3, percent: 75 })
  expect(progress(order({}))).toEqual({ done: 0, percent: 100 })
  expect(summed(order({ moved: 2, refused: 1 }))).toBe('已升级 2,未升级 1')
})
