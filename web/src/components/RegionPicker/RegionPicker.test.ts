import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'

import { session } from '@/session/session'
import RegionPicker from './RegionPicker.vue'

const ANSWERS: Record<string, unknown> = {
  '/api/me': { person: { id: 1, roles: [], role_titles: [] }, node: {}, csrf: '', permissions: [], counts: { todo: 0 }, bounds: null },
  '/api/regions': {
    items: [
      { code: '340100', name: '合肥市', level: 'city', parent: '340000' },
      { code: '340123', name: '肥西县', level: 'county', parent: '340100' },
    ],
  },
}

afterEach(() => {
  session.forget()
  vi.unstubAllGlobals()
})

test('only counties are offered where a county is asked for, by name and code', async () => {
  vi.stubGlobal('fetch', async (url: string) => new Response(JSON.stringify(ANSWERS[url])))
  await session.refresh()
  const picker = mount(RegionPicker, { props: { label: '县(市、区)', only: 'county', modelValue: '' }, attachTo: document.body })
  await picker.get('input').trigger('click')
  await flushPromises()
  const offered = [...document.querySelectorAll('.el-select-dropdown__item')].map((item) => item.textContent?.trim())
  expect(offered).toEqual(['肥西县 340123'])
  expect(picker.get('input').attributes('aria-label')).toBe('县(市、区)')
})
