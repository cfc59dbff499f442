import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import StateTag from './StateTag.vue'

test('the state always stands there as a word', () => {
  const tag = mount(StateTag, { props: { title: '已退回', state: 'returned' } })
  expect(tag.text()).toBe('已退回')
  expect(tag.classes()).toContain('tag--danger')
})

test('a state nobody coloured stays plain', () => {
  expect(mount(StateTag, { props: { title: '草稿', state: 'draft' } }).classes()).toContain('tag--plain')
})
