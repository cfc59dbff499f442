import { expect, test } from 'vitest'

import { lastMonth } from './words'

test('the month before January is December of the year before', () => {
  expect(lastMonth(new Date(2026, 0, 31))).toBe('2025-12')
  expect(lastMonth(new Date(2026, 10, 25))).toBe('2026-10')
})
