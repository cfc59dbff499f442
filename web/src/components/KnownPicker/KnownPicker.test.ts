import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import { endOfDay, isLater } from './known'
import KnownBanner from './KnownBanner.vue'
import KnownPicker from './KnownPicker.vue'

test('an earlier moment is said on the page, with the way back to now', async () => {
  const banner = mount(KnownBanner, { props: { modelValue: '2026-03-01T23:59:59' } })
  expect(banner.text()).toContain('2026-03-01 23:59')
  await banner.find('button').trigger('click')
  expect(banner.emitted('update:modelValue')).toEqual([['']])
})

test('now is the silent case', () => {
  expect(mount(KnownBanner, { props: { modelValue: '' } }).text()).toBe('')
})

test('a day alone is its end, and tomorrow cannot be chosen', () => {
  expect(endOfDay().getHours()).toBe(23)
  const noon = new Date(2026, 10, 25, 12).getTime()
  expect([isLater(new Date(2026, 10, 25), noon), isLater(new Date(2026, 10, 26), noon)]).toEqual([false, true])
})

test('the field has a name of its own', () => {
  expect(mount(KnownPicker, { props: { modelValue: '' } }).find('label').text()).toBe('按当时所知')
})
