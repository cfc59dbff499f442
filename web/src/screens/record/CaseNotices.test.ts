import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'

import { cases, type CaseRecord } from '@/api/cases'
import CaseNotices from './CaseNotices.vue'

const gap = { paper: 'map', title: '位置图', promise: '', due: '2026-03-20', provisional: false, left: 3, lamp: 'green', filled: null, may_supply: true }
const record = (more: object): CaseRecord => ({ id: 5, status: 'open', gaps: [], jump: null, termination: null, ...more }) as unknown as CaseRecord

test('a case with nothing in its way shows no notice', () => {
  expect(mount(CaseNotices, { props: { record: record({}) } }).find('.notices').exists()).toBe(false)
})

test('a jump stands above a running case and no more above a decided one', () => {
  const jump = { state: 'approved', to_name: '县级审核', reason: '重新审核', by: '王磊', answered_by: '李芳', opinion: '同意' }
  expect(mount(CaseNotices, { props: { record: record({ jump }) } }).text()).toContain('县级审核')
  expect(mount(CaseNotices, { props: { record: record({ jump, status: 'granted' }) } }).find('.notices').exists()).toBe(false)
})

test('the promised paper is handed in where the gap is told, by who may', async () => {
  const supply = vi.spyOn(cases, 'supply').mockResolvedValue(record({}))
  const box = mount(CaseNotices, { props: { record: record({ gaps: [gap, { ...gap, paper: 'plan', may_supply: false }] }) } })
  expect(box.findAll('input[type=file]')).toHaveLength(1)
  const input = box.get('input[type=file]')
  const file = new File(['x'], '位置图.pdf')
  Object.defineProperty(input.element, 'files', { value: [file] })
  await input.trigger('change')
  await flushPromises()
  expect(supply.mock.calls[0]!.slice(0, 3)).toEqual(['5', 'map', file])
  expect(box.emitted('changed')).toHaveLength(1)
})
