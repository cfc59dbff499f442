import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'

import { receipts, type Judged } from '@/api/filings'
import ReceiptPage from './ReceiptPage.vue'
import { readReceipt } from './verdict'

async function verified(judged: Partial<Judged>, text = '{"kind":"accepted","no":"340123-2024-1-A","signature":"AA=="}') {
  vi.spyOn(receipts, 'verify').mockResolvedValue({ valid: false, verdict: 'altered', why: '', delivery: null, ...judged })
  const page = mount(ReceiptPage, { global: { stubs: { RouterLink: { template: '<a><slot /></a>' } } } })
  await page.find('textarea').setValue(text)
  await page.find('form').trigger('submit')
  await flushPromises()
  return page.find('section').text()
}

test('a genuine receipt says so and shows what it is about', async () => {
  const said = await verified({ valid: true, verdict: 'genuine', delivery: { id: 7, no: '340123-2024-1', state: 'sealed', state_title: '已入库' } })
  expect(said).toContain('真实')
  expect(said).toContain('340123-2024-1-A')
  expect(said).toContain('已入库')
})

test('what an altered receipt says is shown as not proven', async () => {
  const said = await verified({ verdict: 'altered', why: '内容与签名不符' })
  expect(said).toContain('不实')
  expect(said).toContain('未经证实')
})

test('a text that is no receipt is not even sent', async () => {
  const sent = vi.spyOn(receipts, 'verify').mockClear()
  expect(await verified({}, 'hello')).toContain('这不是一份回执')
  expect(sent).not.toHaveBeenCalled()
  expect(readReceipt('[1]')).toBeNull()
  expect(readReceipt('\uFEFF{"a":1}')).toEqual({ a: 1 })
})
