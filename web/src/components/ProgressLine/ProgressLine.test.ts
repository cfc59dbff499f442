import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import ProgressLine from './ProgressLine.vue'

test('count and per cent stand beside the step, and the bar never leaves its bounds', () => {
  const bar = mount(ProgressLine, { props: { step: '拓扑检查', percent: 140, done: 1200, total: 20000 } })
  expect(bar.text()).toContain('拓扑检查 1,200 / 20,000')
  expect(bar.get('[role=progressbar]').attributes('aria-valuenow')).toBe('100')
})

test('work of unknown length shows no per cent', () => {
  expect(mount(ProgressLine, { props: { step: '排队', percent: null } }).text()).toBe('排队')
})
