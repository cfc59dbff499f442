import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import type { DrawnPanel } from '@/api/cases'
import CasePanels from './CasePanels.vue'

const PANEL: DrawnPanel = {
  panel: 'review', title: '评审专家', size: 2, pool: 5, by: '合肥市审核人', at: '2026-03-04T10:00:00+08:00', seed: 'ab'.repeat(32),
  members: [{ id: 7, name: '程一鸣', organ: '专家库', came: false }, { id: 9, name: '沈若溪', organ: '专家库', came: true }],
  avoided: [{ name: '合肥市审核人', reason: '抽取人本人' }],
  replaced: [{ out_name: '方晓岚', in_name: '沈若溪', reason: '出差', by: '合肥市审核人', at: '2026-03-05T09:00:00+08:00' }],
}
const text = (panel: DrawnPanel): string => mount(CasePanels, { props: { panels: [panel] } }).text()

test('a panel says who sits, who gave way, who was left out, and by what seed anybody checks it', () => {
  const shown = text(PANEL)
  for (const word of ['从 5 人中抽取 2 人', '程一鸣', '抽中', '沈若溪', '递补', '方晓岚 不参加,由 沈若溪 递补:出差', '合肥市审核人(抽取人本人)', PANEL.seed])
    expect(shown).toContain(word)
})

test('what did not happen has no heading', () => {
  const shown = text({ ...PANEL, avoided: [], replaced: [] })
  expect(shown).not.toContain('不参加抽取')
  expect(shown).not.toContain('更换')
})
