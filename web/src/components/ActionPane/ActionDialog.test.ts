import { flushPromises, mount } from '@vue/test-utils'
import { ElOption, ElSelect } from 'element-plus'
import { afterEach, expect, test, vi } from 'vitest'

import type { Target } from '@/api/cases'
import type { Action, ActionBody, CorrectionItem } from '@/api/shapes'
import ActionDialog from './ActionDialog.vue'
import { chosenWord } from './order'

const base: Action = { id: 'add_before', title: '前加签', enabled: true, reason: '', needs: ['opinion', 'to'], task: 3, primary: false, consequence: '先请所选人员提出意见。' }
const people: Target[] = [{ id: 7, name: '李芳', organ_name: '合肥市局' }]
const places = [{ kind: 'paper' as const, target: 'map', title: '位置图' }]
const gaps: CorrectionItem[] = [{ kind: 'paper', target: 'map', text: '请补充位置图。' }]

afterEach(() => (document.body.innerHTML = ''))

async function open(action: Action) {
  const act = vi.fn(async (_: Action, _body: ActionBody) => undefined)
  const targets = vi.fn(async () => people)
  const dialog = mount(ActionDialog, { attachTo: document.body, props: { action: null, opinion: '请看。', places, gaps, targets, act } })
  await dialog.setProps({ action })
  await flushPromises()
  return { dialog, act, targets }
}

const confirm = (): void => document.querySelector<HTMLElement>('[data-confirm]')!.click()

test('who is asked is chosen from what the server offers, and nothing is sent without a choice', async () => {
  const { dialog, act, targets } = await open(base)
  expect(targets).toHaveBeenCalledWith(base)
  expect(document.body.textContent).toContain('先提意见的人')
  confirm()
  await flushPromises()
  expect(document.body.textContent).toContain('请选择先提意见的人')
  expect(act).not.toHaveBeenCalled()
  dialog.findComponent(ElSelect).vm.$emit('update:modelValue', 7)
  await flushPromises()
  confirm()
  await flushPromises()
  expect(act.mock.calls[0]![1]).toMatchObject({ task: 3, to: 7, opinion: '请看。' })
})

test('an agreement that hands the case to a chosen person asks for him; who cannot have it is greyed and says why', async () => {
  const agree = { ...base, id: 'agree', title: '同意并提交', needs: ['opinion', 'to'], asks: '“复核”的办理人' }
  people.push({ id: 8, name: '王强', organ_name: '', reason: '已声明回避' })
  const { dialog, act } = await open(agree)
  expect(document.body.textContent).toContain('“复核”的办理人')
  confirm()
  await flushPromises()
  expect(document.body.textContent).toContain('请选择“复核”的办理人')
  const greyed = dialog.findAllComponents(ElOption).map((one) => [one.props('label'), one.props('disabled')])
  expect(greyed).toEqual([['李芳(合肥市局)', false], ['王强 — 已声明回避', true]])
  dialog.findComponent(ElSelect).vm.$emit('update:modelValue', 7)
  await flushPromises()
  confirm()
  await flushPromises()
  expect(act.mock.calls[0]![1]).toMatchObject({ task: 3, to: 7 })
  people.pop()
})

test('a return goes to the nearest place unless another is chosen', async () => {
  const back = { ...base, id: 'return', title: '退回', needs: ['opinion'] }
  const { dialog, act } = await open(back)
  expect(document.body.textContent).toContain('退回到')
  confirm()
  await flushPromises()
  expect(act.mock.calls[0]![1]).toMatchObject({ task: 3, to: 7 })
  await dialog.setProps({ action: null })
  await dialog.setProps({ action: { ...back }, targets: undefined })
  await flushPromises()
  confirm()
  await flushPromises()
  expect(act.mock.calls[1]![1]).not.toHaveProperty('to')
})

test('a case accepted with a gap needs a promise for each missing paper, and begins with none', async () => {
  const { act } = await open({ ...base, id: 'accept_gap', title: '容缺受理', needs: ['items'] })
  const field = document.querySelector<HTMLInputElement>('input[aria-label="位置图的承诺"]')!
  expect(field.value).toBe('')
  confirm()
  await flushPromises()
  expect(document.body.textContent).toContain('请写明承诺')
  field.value = '三日内补交'
  field.dispatchEvent(new Event('input'))
  await flushPromises()
  document.querySelector('form')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }))
  await flushPromises()
  expect(act.mock.calls[0]![1].items).toEqual([{ kind: 'paper', target: 'map', text: '三日内补交' }])
})

test('each act names what is chosen', () => {
  expect(['jump', 'terminate', 'remove', 'handover'].map(chosenWord)).toEqual(['跳到的环节', '终止的种类', '减去的席位', '接收人'])
})
