import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'

import type { CaseRecord } from '@/api/cases'
import { reach, type CaseReach as Told, type ReachAct } from '@/api/reach'
import CaseReach from './CaseReach.vue'

const act = (id: ReachAct['id'], more: Partial<ReachAct> = {}): ReachAct => ({ id, title: id, enabled: true, reason: '', number: null, consequence: '记入案卷', ...more })
const TOLD: Told = {
  copies: [{ number: 1, name: '李明', organ: '市局', kind: 'circulate', note: '', by: '王芳', at: '2026-03-04T10:00:00+08:00', read: null, opinion: '', answered: null }],
  urges: [{ number: 1, tasks: [1], text: '请尽快', until: '2026-03-06', by: '张', by_organ: '省厅', at: '2026-03-04T10:00:00+08:00', to: [] }],
  supervisions: [],
  acts: [act('case.urge', { enabled: false, reason: '已经催办过' }), act('case.supervise', { title: '督办' }), act('case.give_opinion', { number: 1, title: '填写传阅意见' })],
  longest_supervision: 60,
}
const draw = (told: Partial<Told> = {}) =>
  mount(CaseReach, { props: { record: { id: 7, reach: { ...TOLD, ...told } } as unknown as CaseRecord }, attachTo: document.body })

test('what was sent stands with its receipt, and a greyed act says why', () => {
  const page = draw()
  expect(page.text()).toContain('传阅 李明(市局)')
  expect(page.text()).toContain('请尽快')
  expect(page.get('[data-action="case.urge"]').attributes('disabled')).toBeDefined()
  expect(page.text()).toContain('已经催办过')
})

test('a case about which nobody is or can be reached shows no empty box', () => {
  expect(draw({ copies: [], urges: [], acts: [] }).find('section').exists()).toBe(false)
})

test('a supervision is asked for in a dialog, sent once, and the new page is handed on', async () => {
  const sent = vi.spyOn(reach, 'supervise').mockResolvedValue({ id: 7 } as unknown as CaseRecord)
  const page = draw()
  await page.get('[data-action="case.supervise"]').trigger('click')
  await flushPromises()
  const text = document.querySelector<HTMLTextAreaElement>('.el-dialog textarea')!
  expect(text.getAttribute('aria-label')).toBe('督办事项')
  text.value = ' 查明原因 '
  text.dispatchEvent(new Event('input'))
  document.querySelector<HTMLButtonElement>('.el-dialog [data-confirm]')!.click()
  await flushPromises()
  expect(sent).toHaveBeenCalledTimes(1)
  expect(sent.mock.calls[0]![1]).toMatchObject({ asks: '查明原因', days: 5 })
  expect(page.emitted('changed')).toEqual([[{ id: 7 }]])
})
