import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import type { PolicyLine } from '@/api/policies'
import PolicyFigures from './PolicyFigures.vue'

const line = (region: string, name: string, avoidance: number, leaves: number): PolicyLine => ({
  region, region_name: name, nobody_found: 0, own_application: 0, avoidance, same_person_twice: 0, holder_leaves: leaves,
})
const page = (items: PolicyLine[], total: PolicyLine) => mount(PolicyFigures, { props: { items, total } })

test('the sum closes, and a figure leads to its county and policy', async () => {
  const shown = page([line('340123', '肥西县', 2, 1), line('341124', '全椒县', 3, 0)], line('340000', '合计', 5, 1))
  expect(shown.findAll('tbody tr').map((row) => row.findAll('td').map((cell) => cell.text()))).toEqual([
    ['肥西县', '0', '0', '2', '0', '1', '3'],
    ['全椒县', '0', '0', '3', '0', '0', '3'],
    ['合计', '0', '0', '5', '0', '1', '6'],
  ])
  await shown.get('[aria-label="肥西县离任 1 次"]').trigger('click')
  await shown.get('[aria-label="合计回避 5 次"]').trigger('click')
  expect(shown.emitted('choose')).toEqual([['340123', 'holder_leaves'], ['', 'avoidance']])
})

test('nothing that acted is said, not drawn as an empty table', () => {
  const shown = page([], line('340000', '合计', 0, 0))
  expect(shown.find('table').exists()).toBe(false)
  expect(shown.text()).toContain('没有动用人员策略')
})
