import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import AreaFigure from './AreaFigure.vue'

const text = (squareMetres: number | string | null): string => mount(AreaFigure, { props: { squareMetres } }).text()

test('an unmeasured plot says so instead of showing zero', () => {
  expect(text(null)).toBe('未量算')
  expect(text(0)).toBe('0.0000 公顷(0.00 亩)')
})

test('hectares carry four digits and mu stand beside', () => {
  expect(text('123456.78')).toBe('12.3457 公顷(185.19 亩)')
})

test('the exact square metres stay readable for copying', () => {
  const figure = mount(AreaFigure, { props: { squareMetres: '666.67' } })
  expect(figure.get('data').attributes('value')).toBe('666.67')
})
