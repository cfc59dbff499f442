import { expect, test } from 'vitest'

import { shade } from './shade'

test('nothing flowed, nothing shaded', () => {
  expect(shade(0, 100)).toBe('transparent')
  expect(shade(5, 0)).toBe('transparent')
})

test('the largest flow is the deepest and small ones stay visible', () => {
  expect(shade(100, 100)).toBe('rgba(201, 133, 0, 0.500)')
  expect(shade(0.01, 100)).toBe('rgba(201, 133, 0, 0.084)')
})
