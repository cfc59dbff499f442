import { expect, test } from 'vitest'

import type { UnitNode } from '@/api/organisation'
import { above, linesOf } from './tree'

const node = (code: string, parent: string | null, kind: UnitNode['kind'] = 'organ', region = '340123'): UnitNode => ({
  code, parent, kind, name: code, kind_title: '', region, region_name: '', since: '2020-01-01', until: null, people: 0, head: '',
})
const nodes = [node('P', null), node('C', 'P'), node('D', 'C', 'division'), node('E', 'D', 'division'), node('B', 'P', 'division')]
const codes = (open: string[], all = false): string[] => linesOf(nodes, new Set(open), all).map((line) => `${line.depth}${line.node.code}`)

test('only what is opened is shown, divisions before the organs below', () => {
  expect(codes([])).toEqual(['0P'])
  expect(codes(['P'])).toEqual(['0P', '1B', '1C'])
  expect(codes(['P', 'C', 'D'])).toEqual(['0P', '1B', '1C', '2D', '3E'])
})

test('external units come after all that is ours, whatever their code', () => {
  const lines = linesOf([node('AA', null, 'external'), node('P', null), node('C', 'P')], new Set(['P']))
  expect(lines.map((line) => `${line.depth}${line.node.code}`)).toEqual(['0P', '1C', '0AA'])
})

test('a search opens everything it found', () => {
  expect(codes([], true)).toHaveLength(5)
})

test('an organ whose superior is not in sight stands at the top', () => {
  expect(linesOf([node('C', 'P'), node('D', 'C', 'division')], new Set(), true).map((line) => line.depth)).toEqual([0, 1])
})

test('a circle among the rows does not hang the page', () => {
  expect(above([node('A', 'B'), node('B', 'A')], 'A')).toEqual(['B', 'A'])
})
