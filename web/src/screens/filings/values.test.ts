import { expect, test } from 'vitest'

import type { FilingField } from '@/api/filings'
import { hintOf, wrongOf, wrongsOf } from './values'

const field = (more: Partial<FilingField> = {}): FilingField => ({
  name: 'F', title: '字段', type: 'text', required: false, required_when: null, unit: null, length: null, decimals: null,
  above: null, below: null, min: null, max: null, values: null, ...more,
})

test('what is required says so by its name, what is not may stay empty', () => {
  expect(wrongOf(field({ required: true, title: '项目名称' }), ' ')).toBe('请填写项目名称')
  expect(wrongOf(field(), null)).toBe('')
})

test('numbers are judged with their bounds, an open bound excludes itself', () => {
  const area = field({ type: 'number', above: 0, decimals: 4, unit: 'ha' })
  expect(wrongOf(area, '0')).toBe('应大于 0')
  expect(wrongOf(area, '0.0001')).toBe('')
  expect(wrongOf(area, '六')).toBe('应为数值')
  expect(wrongOf(field({ type: 'integer' }), '1.5')).toBe('应为整数')
  expect(wrongOf(field({ type: 'number', min: 0 }), '0')).toBe('')
  expect(hintOf(area)).toBe('数值,4 位小数,公顷')
})

test('a code must be in its table, a text within its length counted in characters', () => {
  expect(wrongOf(field({ values: [{ code: '0101', name: '水田' }] }), '9999')).toContain('不在代码表中')
  expect(wrongOf(field({ length: 2 }), '合肥𠮷')).toContain('现有 3 字')
  expect(wrongOf(field({ length: 3 }), '合肥𠮷')).toBe('')
})

test('the day of effect and the place belong to every record', () => {
  const form = { layer: 'x', title: '', shape: 'polygon' as const, key: 'F', fields: [field({ required: true })] }
  expect(wrongsOf(form, {}, false, '', '2026-11-25').map((each) => each.field)).toEqual(['F', 'valid_from', 'geometry'])
  expect(wrongsOf(form, { F: '1' }, true, '2026-11-26', '2026-11-25').map((each) => each.text)).toEqual(['生效日期不能晚于今天'])
  expect(wrongsOf(form, { F: '1' }, true, '2026-11-25', '2026-11-25')).toEqual([])
})
