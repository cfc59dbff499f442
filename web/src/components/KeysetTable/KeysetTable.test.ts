import { mount, type VueWrapper } from '@vue/test-utils'
import type { Component } from 'vue'
import { expect, test } from 'vitest'

import KeysetTable from './KeysetTable.vue'

interface Row {
  id: number
  name: string
}

function draw(props: Record<string, unknown> = {}): VueWrapper {
  return mount(KeysetTable as unknown as Component, {
    attachTo: document.body,
    props: {
      label: '待办',
      columns: [{ id: 'name', title: '名称' }],
      rows: [
        { id: 1, name: '甲' },
        { id: 2, name: '' },
      ],
      rowKey: (row: Row) => row.id,
      next: null,
      busy: false,
      slow: false,
      read: true,
      error: null,
      ...props,
    },
    slots: { empty: '这里将出现待办' },
  })
}

test('the arrow keys move the one row that takes focus, and Enter opens it', async () => {
  const list = draw()
  const rows = list.findAll('tbody tr')
  await rows[0]!.trigger('keydown', { key: 'ArrowDown' })
  expect(document.activeElement).toBe(rows[1]!.element)
  await rows[1]!.trigger('keydown', { key: 'Enter' })
  expect(list.emitted('open')).toEqual([[{ id: 2, name: '' }]])
  expect(list.findAll('tbody tr[tabindex="0"]')).toHaveLength(1)
})

test('an absent value is a dash', () => {
  expect(draw().findAll('td').map((cell) => cell.text())).toEqual(['甲', '—'])
})

test('more is offered only while the server gives a cursor', () => {
  expect(draw({ next: 'x' }).text()).toContain('加载更多(已显示 2 条)')
  expect(draw().text()).toContain('共 2 条')
})

test('an empty list says what will appear, but not before it was read', () => {
  expect(draw({ rows: [] }).text()).toContain('这里将出现待办')
  expect(draw({ rows: [], read: false }).text()).not.toContain('这里将出现待办')
})
