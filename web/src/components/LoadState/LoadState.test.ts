import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import { ApiError } from '@/api/errors'
import LoadState from './LoadState.vue'

const draw = (props: { slow: boolean; ready: boolean; error: ApiError | null }): string =>
  mount(LoadState, { props, slots: { default: '内容' } }).text()

test('nothing is said before an answer is slow', () => {
  expect(draw({ slow: false, ready: false, error: null })).toBe('')
  expect(draw({ slow: true, ready: false, error: null })).toBe('载入中…')
})

test('what was read stays while it is read again', () => {
  expect(draw({ slow: true, ready: true, error: null })).toBe('内容')
})

test('a failure takes the place of the content', () => {
  expect(draw({ slow: false, ready: true, error: new ApiError('ZY-X-001', '读不到', '', 500) })).toContain('读不到')
})
