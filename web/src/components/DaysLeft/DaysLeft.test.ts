import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import DaysLeft from './DaysLeft.vue'

test('working days past the last holiday notice are marked as provisional', () => {
  const shown = (provisional: boolean): string =>
    mount(DaysLeft, { props: { lamp: 'yellow', days: 3, provisional } }).text()
  expect(shown(true)).toContain('剩 3 个工作日')
  expect(shown(true)).toContain('暂定')
  expect(shown(false)).not.toContain('暂定')
})

test('a case without a clock says so', () => {
  expect(mount(DaysLeft, { props: { lamp: 'none', days: null } }).text()).toContain('不计时')
})

test('a closed case has no days left to count', () => {
  expect(mount(DaysLeft, { props: { lamp: 'none', days: 10 } }).text()).toContain('已结束')
})
