import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'

import { editions, type Inspected } from '@/api/editions'
import { ApiError } from '@/api/errors'
import { session } from '@/session/session'
import PackageOpen from './PackageOpen.vue'

const told = (more: Partial<Inspected> = {}): Inspected => ({
  layer: 'tdt1057@2020/DLTB', layer_title: '地类图斑', county: '340123', county_name: '肥西县', signer: 'inner', made: '2026-11-25T02:00:00Z', sm3: 'ab'.repeat(32),
  base: { digest: '11'.repeat(32), reference_date: '2023-12-31', features: 10 }, target: { digest: '22'.repeat(32), reference_date: '2024-12-31', features: 11 },
  summary: { insert: 1, update: 1, delete: 0, renumber: 0 }, held: { digest: '11'.repeat(32), reference_date: '2023-12-31' }, applies: true, why: '',
  changes: [
    { change: 'insert', key: '3401232001010100000001', old_key: null, fields: [], geometry: true, shape: { type: 'Point', coordinates: [117, 31] } },
    { change: 'update', key: '3401232001010100000002', old_key: null, fields: ['DLBM'], geometry: false, shape: null },
  ],
  left_off: 0, ...more,
})

async function opened(answer: Inspected | ApiError) {
  vi.spyOn(session, 'may').mockReturnValue(true)
  const asked = vi.spyOn(editions, 'inspect')
  if (answer instanceof ApiError) asked.mockRejectedValue(answer)
  else asked.mockResolvedValue(answer)
  const page = mount(PackageOpen, { global: { stubs: { RouterLink: { template: '<a><slot /></a>' }, LazyMap: true } } })
  page.findComponent({ name: 'FileDrop' }).vm.$emit('update:modelValue', new File(['x'], 'a.zyc'))
  await flushPromises()
  return page
}

test('base, target and every row are shown before anything is applied', async () => {
  const page = await opened(told())
  expect(page.text()).toContain('可以应用')
  expect(page.findAll('tbody tr')).toHaveLength(2)
  await page.findAll('button').find((each) => each.text().startsWith('变更'))!.trigger('click')
  expect(page.find('tbody').text()).toContain('DLBM')
  expect(page.findAll('tbody tr')).toHaveLength(1)
})

test('on another base the button is barred and says why', async () => {
  const page = await opened(told({ applies: false, why: '本地在该日的版本不是增量包的基础版本' }))
  const button = page.findAll('button').find((each) => each.text() === '应用增量包')!
  expect(button.attributes('disabled')).toBeDefined()
  expect(page.text()).toContain('不是增量包的基础版本')
})

test('a package without a valid seal shows the refusal', async () => {
  const page = await opened(new ApiError('ZY-EDN-030', '增量包没有有效的签章。', '请向来源核实。', 422))
  expect(page.find('[role=alert]').text()).toContain('没有有效的签章')
})
