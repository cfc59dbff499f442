import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { effectScope, type Component } from 'vue'
import { expect, test } from 'vitest'

import type { Page } from '@/api/shapes'
import { useKeyset, type Keyset } from '@/use/keyset'
import KeysetTable from './KeysetTable.vue'

interface Row {
  id: number
  name: string
}

const ROWS: Row[] = [
  { id: 1, name: '甲' },
  { id: 2, name: '' },
]

/** A list as a screen would hold it. */
const listOf = (fetch: () => Promise<Page<Row>>): Keyset<Row> => effectScope().run(() => useKeyset<Row>(fetch))!

/** A list whose first page has been read. */
async function paged(page: Page<Row>): Promise<Keyset<Row>> {
  const list = listOf(async () => page)
  await list.restart()
  return list
}

function draw(props: Record<string, unknown> = {}): VueWrapper {
  return mount(KeysetTable as unknown as Component, {
    attachTo: document.body,
    props: {
      label: '待办',
      columns: [{ id: 'name', title: '名称' }],
      list: ROWS,
      rowKey: (row: Row) => row.id,
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

test('more is offered only while the server gives a cursor', async () => {
  expect(draw({ list: await paged({ items: ROWS, next: 'x' }) }).text()).toContain('加载更多(已显示 2 条)')
  expect(draw({ list: await paged({ items: ROWS, next: null }) }).text()).toContain('共 2 条')
})

test('an empty list says what will appear, but not before it was read', async () => {
  expect(draw({ list: await paged({ items: [], next: null }) }).text()).toContain('这里将出现待办')
  expect(draw({ list: listOf(async () => ({ items: [], next: null })) }).text()).not.toContain('这里将出现待办')
})

test('a failure offers to try again, and the list is read anew', async () => {
  let fails = true
  const list = listOf(async () => {
    if (fails) throw new Error('断网')
    return { items: ROWS, next: null }
  })
  await list.restart()
  const drawn = draw({ list })
  fails = false
  await drawn.find('[role=alert] button').trigger('click')
  await flushPromises()
  expect(drawn.text()).toContain('共 2 条')
})
