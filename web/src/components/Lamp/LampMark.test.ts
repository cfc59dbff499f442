import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import LampMark from './LampMark.vue'

test('each lamp has a name and a form of its own', () => {
  const drawn = (['green', 'yellow', 'red', 'none'] as const).map((lamp) => mount(LampMark, { props: { lamp } }))
  expect(drawn.map((each) => each.attributes('aria-label'))).toEqual(['绿灯', '黄灯', '红灯', '不计时'])
  expect(new Set(drawn.map((each) => each.element.innerHTML)).size).toBe(4)
})
