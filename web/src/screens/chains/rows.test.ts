import { expect, test } from 'vitest'

import type { ChainProblem } from '@/api/chains'
import { kept, sorted } from './rows'

const row = (key: string, stage: string, check: string, county = '340123', chain_key = '') => ({ key, stage, check, county, chain_key, value: null }) as ChainProblem
const items = [row('K1', 'supply', 'too_early'), row('K2', 'review', 'no_number', '340121', '皖2026-1'), row('K3', 'review', 'too_early')]

test('stages stand in the order of the business, not of the alphabet', () => {
  expect(sorted(items, 'stage', ['supply', 'review']).map((each) => each.key)).toEqual(['K1', 'K2', 'K3'])
  expect(sorted(items, 'county', []).map((each) => each.key)).toEqual(['K2', 'K1', 'K3'])
})

test('check, stage and number narrow the list together', () => {
  const keys = (filter: Partial<{ check: string; stage: string; q: string }>) => kept(items, { check: '', stage: '', q: '', ...filter }).map((each) => each.key)
  expect(keys({ check: 'too_early', stage: 'review' })).toEqual(['K3'])
  expect(keys({ q: '皖2026' })).toEqual(['K2'])
  expect(keys({})).toHaveLength(3)
})
