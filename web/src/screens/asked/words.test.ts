import { expect, test } from 'vitest'

import { leftWords } from './words'

test('only an exception that holds and soon ends counts its days', () => {
  expect(leftWords({ state: 'approved', days_left: 12 })).toBe('剩 12 天')
  expect(leftWords({ state: 'approved', days_left: 0 })).toBe('今天到期')
  expect(leftWords({ state: 'approved', days_left: 31 })).toBe('')
  expect(leftWords({ state: 'requested', days_left: 3 })).toBe('')
})
