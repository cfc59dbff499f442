import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import type { UnitNode } from '@/api/organisation'
import OrganTree from './OrganTree.vue'
import { linesOf } from './tree'

const node = (code: string, kind: UnitNode['kind']): UnitNode => ({
  code, parent: null, kind, name: code, kind_title: '', region: '340123', region_name: '肥西县', since: '2020-01-01', until: null, people: 1, head: '',
})

test('external units stand apart under their own head, each with its region', () => {
  const nodes = [node('ZR1', 'organ'), node('SL1', 'external')]
  const page = mount(OrganTree, { props: { lines: linesOf(nodes, new Set()), chosen: '' } })
  const [ours, theirs] = page.findAll('ul')
  expect([ours!.attributes('aria-label'), theirs!.attributes('aria-label')]).toEqual(['组织机构', '外部单位'])
  expect([ours!.text().includes('SL1'), theirs!.text().includes('SL1'), theirs!.text().includes('肥西县')]).toEqual([false, true, true])
  expect(page.find('h2').text()).toBe('外部单位')
})

test('without external units there is no such head', () => {
  const page = mount(OrganTree, { props: { lines: linesOf([node('ZR1', 'organ')], new Set()), chosen: '' } })
  expect(page.find('h2').exists()).toBe(false)
})
