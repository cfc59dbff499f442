import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import { reach, type Notice } from '@/api/reach'
import NoticeList from './NoticeList.vue'

const NOTICE: Notice = {
  id: 4, kind: 'urge', kind_title: '催办', case: 7, case_no: '340123-YSXZ-2026-00001', step: '县级决定', day: '2026-03-06', text: '张:请尽快', at: '2026-03-04T10:00:00+08:00', read: null,
}
const router = createRouter({
  history: createMemoryHistory(),
  routes: ['case', 'tasks', 'start'].map((name) => ({ name, path: name === 'start' ? '/' : `/${name}/:id?`, component: { template: '<i />' } })),
})

test('a notice opens its case and is read then; a port can be turned off', async () => {
  vi.spyOn(reach, 'notices').mockResolvedValue({ items: [NOTICE], next: null })
  vi.spyOn(reach, 'ports').mockResolvedValue([{ port: 'sms', title: '短信', wanted: true }])
  const read = vi.spyOn(reach, 'readNotice').mockResolvedValue({ read: 1 })
  const chosen = vi.spyOn(reach, 'choosePort').mockResolvedValue([{ port: 'sms', title: '短信', wanted: false }])
  const page = mount(NoticeList, { global: { plugins: [router] }, attachTo: document.body })
  await flushPromises()
  expect(page.text()).toContain('张:请尽快')
  await page.get('.el-switch input').trigger('click')
  await flushPromises()
  expect(chosen).toHaveBeenCalledWith('sms', false)
  await page.get('tbody tr').trigger('click')
  await flushPromises()
  expect(read).toHaveBeenCalledWith(4)
  expect(router.currentRoute.value).toMatchObject({ name: 'case', params: { id: '7' } })
})
