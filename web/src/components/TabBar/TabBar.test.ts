import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import TabBar from './TabBar.vue'

test('arrow keys walk the tabs and come round at the end', async () => {
  const chosen: string[] = []
  const bar = mount(TabBar, {
    props: {
      label: '案卷',
      tabs: [
        { id: 'a', title: '概况' },
        { id: 'b', title: '材料', count: 4 },
      ],
      modelValue: 'b',
      'onUpdate:modelValue': (id: string) => chosen.push(id),
    },
  })
  await bar.get('[data-tab=b]').trigger('keydown', { key: 'ArrowRight' })
  expect(chosen).toEqual(['a'])
  expect(bar.get('[data-tab=b]').attributes('aria-selected')).toBe('true')
  expect(bar.get('[data-tab=b]').text()).toBe('材料4')
})
