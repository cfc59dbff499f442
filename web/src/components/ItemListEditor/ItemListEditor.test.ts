import { mount, type VueWrapper } from '@vue/test-utils'
import { expect, test } from 'vitest'

import type { CorrectionItem } from '@/api/shapes'
import ItemListEditor from './ItemListEditor.vue'

function draw(items: CorrectionItem[], showErrors = false): { editor: VueWrapper; kept: () => CorrectionItem[] } {
  let kept = items
  const editor = mount(ItemListEditor, {
    props: {
      places: [{ kind: 'field' as const, target: 'project.name', title: '项目名称' }],
      modelValue: items,
      showErrors,
      'onUpdate:modelValue': (changed: CorrectionItem[]) => (kept = changed),
    },
  })
  return { editor, kept: () => kept }
}

test('an item can be added and taken away', async () => {
  const { editor, kept } = draw([])
  await editor.findAll('button').at(-1)!.trigger('click')
  expect(kept()).toEqual([{ kind: 'field', target: '', text: '' }])

  const other = draw([{ kind: 'paper', target: 'a', text: '盖章' }])
  await other.editor.get('[aria-label="删除第 1 项"]').trigger('click')
  expect(other.kept()).toEqual([])
})

test('an empty list and an item without words are refused in place', () => {
  expect(draw([], true).editor.text()).toContain('至少列一项')
  expect(draw([{ kind: 'field', target: '', text: '' }], true).editor.text()).toContain('请选择位置并写明要求')
  expect(draw([{ kind: 'field', target: 'project.name', text: '改为全称' }], true).editor.find('[role=alert]').exists()).toBe(false)
})
