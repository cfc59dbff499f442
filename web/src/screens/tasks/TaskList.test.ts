import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import { cases, type TaskRow } from '@/api/cases'
import TaskList from './TaskList.vue'

vi.setConfig({ testTimeout: 30_000 }) // a whole screen is drawn, on a machine that does other things
const ROW: TaskRow = {
  id: 1, node: 'a', node_title: '县级决定', opened: '2026-03-04T10:00:00+08:00', done: null, due: '2026-03-18', days_left: 2, lamp: 'yellow', provisional: false,
  standing: '', state: 'open', urged: '2026-03-06', supervised: '2026-03-09', unread: true, for: '',
  case: { id: 7, no: '340123-YSXZ-2026-00001', title: '产业园', matter: 'm', matter_title: '预审', region: '340123', region_name: '肥西县', applicant: '公司' },
}
const COUNTS = { todo: 1, done: 0, mine: 1, copied: 0, unread: 1, unread_copied: 0 }

async function open(query: Record<string, string> = {}) {
  const asked = vi.spyOn(cases, 'tasks').mockResolvedValue({ items: [ROW], next: null })
  vi.spyOn(cases, 'counts').mockResolvedValue(COUNTS)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ name: 'tasks', path: '/tasks', component: TaskList }, { name: 'case', path: '/cases/:id', component: { template: '<i />' } }],
  })
  await router.push({ name: 'tasks', query })
  const page = mount(TaskList, { global: { plugins: [router], stubs: { ElDatePicker: true, RegionPicker: true } }, attachTo: document.body })
  await flushPromises()
  return { page, asked, router }
}

test('a row says unread, urged and supervised, and opens its case', async () => {
  const { page, router } = await open()
  for (const word of ['未读', '催办 2026-03-06', '督办 2026-03-09', '产业园', '剩 2 个工作日']) expect(page.text()).toContain(word)
  await page.get('tbody tr').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.params.id).toBe('7')
})

test('the address holds box and filters, and an unknown box is 待办', async () => {
  const { asked } = await open({ box: 'copied', lamp: 'red', q: ' 园 ' })
  expect(asked.mock.lastCall![0]).toMatchObject({ box: 'copied', lamp: 'red', q: '园', sort: 'due' })
  expect((await open({ box: 'other' })).asked.mock.lastCall![0]).toMatchObject({ box: 'todo' })
})

test('another box is asked for anew and stands in the address', async () => {
  const { page, asked, router } = await open()
  vi.useFakeTimers()
  await page.get('[data-tab="mine"]').trigger('click')
  vi.advanceTimersByTime(300)
  vi.useRealTimers()
  await flushPromises()
  expect(asked.mock.lastCall![0]).toMatchObject({ box: 'mine' })
  expect(router.currentRoute.value.query).toEqual({ box: 'mine' })
})
