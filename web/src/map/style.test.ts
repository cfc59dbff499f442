import { expect, test } from 'vitest'

import { ruleFor } from './style'

const style = {
  field: 'DLBM',
  rules: [
    { values: ['01*'], fill: '#ffff00', stroke: '#000', title: '耕地' },
    { values: ['0101'], fill: '#ffee00', stroke: '#000', title: '水田' },
    { values: ['03…', '0303'], fill: '#00aa00', stroke: '#000', title: '林地' },
  ],
}

test('the exact code goes before its group', () => {
  expect(ruleFor(style, '0101').title).toBe('水田')
  expect(ruleFor(style, '0103').title).toBe('耕地')
  expect(ruleFor(style, '0307K').title).toBe('林地')
})

test('a code without a rule is drawn plainly, not dropped', () => {
  expect(ruleFor(style, '1101').title).toBe('其他')
  expect(ruleFor(null, '0101').fill).toContain('rgba')
})

test('a layer of one colour needs no field', () => {
  expect(ruleFor({ field: null, rules: [style.rules[0]!] }, undefined).title).toBe('耕地')
})
