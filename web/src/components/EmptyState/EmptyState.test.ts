import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import EmptyState from './EmptyState.vue'

test('an empty place says what will appear and how to begin', () => {
  const text = mount(EmptyState, { props: { what: '现在没有待办。', how: '受理后会出现在这里。' } }).text()
  expect(text).toContain('现在没有待办。')
  expect(text).toContain('受理后会出现在这里。')
})
