import { expect, test } from 'vitest'

import { asNumber, daysLeft, fileSize, grouped, hectares, moment, mu, percent, duration } from './figures'

test('one hectare is 15 mu', () => {
  expect(hectares('10000')).toBe('1.0000')
  expect(mu('10000')).toBe('15.00')
})

test('an absent figure is a dash, not zero', () => {
  expect(hectares(null)).toBe('—')
  expect(grouped(undefined)).toBe('—')
  expect(percent('')).toBe('—')
  expect(asNumber('not a number')).toBeNull()
})

test('thousands stand apart and shares are per cent', () => {
  expect(grouped(1234567.891, 2)).toBe('1,234,567.89')
  expect(percent('12.346')).toBe('12.35%')
})

test('remaining working days are said in words on both sides of the limit', () => {
  expect(daysLeft(3)).toBe('剩 3 个工作日')
  expect(daysLeft(0)).toBe('今天到期')
  expect(daysLeft(-2)).toBe('超期 2 个工作日')
  expect(daysLeft(null)).toBe('不计时')
})

test('a moment is shown in Beijing time whatever zone it was written in', () => {
  expect(moment('2026-11-25T00:30:00Z')).toBe('2026-11-25 08:30')
  expect(moment('2026-11-25T16:30:00+00:00')).toBe('2026-11-26 00:30')
  expect(moment('2026-11-25')).toBe('2026-11-25')
})

test('file sizes keep one digit above a kilobyte', () => {
  expect(fileSize(1023)).toBe('1023 B')
  expect(fileSize(1024)).toBe('1.0 KB')
  expect(fileSize(5 * 1024 * 1024)).toBe('5.0 MB')
})

test('time that remains is said in minutes and hours', () => {
  expect([10, 89, 90, 3599, 7500].map(duration)).toEqual(['不到 1 分钟', '1 分钟', '2 分钟', '1 小时 0 分', '2 小时 5 分'])
})
