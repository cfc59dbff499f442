import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import { ApiError } from '@/api/errors'
import ErrorState from './ErrorState.vue'

test('message, remedy and code are all there, the code last', () => {
  const shown = mount(ErrorState, {
    props: { error: new ApiError('ZY-DLV-003', '压缩包里没有 DLTB 图层', '请补上后重新上传', 422) },
  }).text()
  expect(shown.indexOf('压缩包')).toBeLessThan(shown.indexOf('请补上'))
  expect(shown.indexOf('请补上')).toBeLessThan(shown.indexOf('ZY-DLV-003'))
})

test('a forbidden page says whom to ask and offers no retry', () => {
  const shown = mount(ErrorState, { props: { error: new ApiError('ZY-KRN-010', '您不能查看审计记录', '', 403) } })
  expect(shown.text()).toContain('无权查看')
  expect(shown.text()).toContain('系统管理员')
  expect(shown.find('button').exists()).toBe(false)
})
