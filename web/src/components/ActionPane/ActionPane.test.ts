import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'

import { ApiError } from '@/api/errors'
import type { Action } from '@/api/shapes'
import ActionPane from './ActionPane.vue'
import { ordered } from './order'

const agree: Action = {
  id: 'agree',
  title: '同意上报',
  enabled: true,
  reason: '',
  needs: ['opinion'],
  task: 7,
  primary: true,
  consequence: '将送市级审核,本级不能再改。',
}
const claim: Action = { ...agree, id: 'claim', title: '签收', needs: [], consequence: '' }
const recall: Action = { ...agree, id: 'recall', title: '撤回', enabled: false, reason: '下一环节已打开', primary: false }

afterEach(() => (document.body.innerHTML = ''))

function draw(actions: Action[], act = vi.fn(async () => undefined)): { pane: VueWrapper; act: typeof act } {
  const pane = mount(ActionPane, { attachTo: document.body, props: { actions, phrases: ['同意。'], act } })
  return { pane, act }
}

test('what may not be done now is greyed and says why', () => {
  const { first, rest } = ordered([agree, recall])
  expect(first).toEqual([agree])
  expect(rest).toEqual([recall])
  const button = draw([agree, recall]).pane.get('[data-action=recall]')
  expect(button.attributes('disabled')).toBeDefined()
  expect(button.element.parentElement!.textContent).toContain('下一环节已打开')
})

test('a primary act that is barred stays in sight with its reason, and the next one leads', () => {
  const barred = { ...agree, enabled: false, reason: '缺少材料:位置图' }
  const correct = { ...agree, id: 'correct', title: '退回补正' }
  expect(ordered([barred, correct]).first.map((action) => action.id)).toEqual(['agree', 'correct'])
  const { pane } = draw([barred, correct])
  expect(pane.text()).toContain('同意上报:缺少材料:位置图')
  expect(pane.get('[data-action=correct]').classes()).toContain('el-button--primary')
})

test('at most three actions stand first', () => {
  const many = ['a', 'b', 'c', 'd'].map((id) => ({ ...agree, id }))
  expect(ordered(many).first).toHaveLength(3)
  expect(ordered(many).rest.map((action) => action.id)).toEqual(['d'])
})

test('an act that needs an opinion is not sent without one', async () => {
  const { pane, act } = draw([agree])
  await pane.get('[data-action=agree]').trigger('click')
  expect(pane.text()).toContain('请先写明意见')
  expect(act).not.toHaveBeenCalled()
})

test('a binding act states its consequence and is asked once; the same command is sent again after a failure', async () => {
  const act = vi.fn().mockRejectedValueOnce(new ApiError('ZY-WEB-001', '连不上服务器', '请重试', 0)).mockResolvedValueOnce(undefined)
  const { pane } = draw([agree], act)
  await pane.get('.acting__phrase').trigger('click')
  await pane.get('[data-action=agree]').trigger('click')
  await flushPromises()
  expect(document.body.textContent).toContain('将送市级审核,本级不能再改。')
  const confirm = document.querySelector<HTMLElement>('[data-confirm]')!
  confirm.click()
  await flushPromises()
  expect(document.body.textContent).toContain('连不上服务器')
  confirm.click()
  await flushPromises()
  const bodies = act.mock.calls.map((call) => call[1] as { command: string; opinion: string; task: number })
  expect(bodies).toHaveLength(2)
  expect(bodies[0]!.command).toBe(bodies[1]!.command)
  expect(bodies[1]).toMatchObject({ opinion: '同意。', task: 7 })
})

test('an act without consequence is done at once', async () => {
  const { pane, act } = draw([claim])
  await pane.get('[data-action=claim]').trigger('click')
  await flushPromises()
  expect(act).toHaveBeenCalledOnce()
})
