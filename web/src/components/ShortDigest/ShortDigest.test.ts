import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import ShortDigest from './ShortDigest.vue'

test('the whole digest stays in the title, the eye gets its head and the algorithm', () => {
  const digest = mount(ShortDigest, { props: { value: '0123456789abcdef0123456789abcdef' } })
  expect(digest.text()).toContain('SM3 0123456789…')
  expect(digest.attributes('title')).toContain('0123456789abcdef0123456789abcdef')
})

test('what has no digest says so', () => {
  expect(mount(ShortDigest, { props: { value: '' } }).text()).toBe('无摘要')
})
