/** How a proxy stands, in words and tone, and what is wrong with a new one. */
import type { ProxyRow, ProxyState } from '@/api/proxies'

export const STATES: Record<ProxyState, { title: string; tone: 'ok' | 'notice' | 'warning' | 'plain' }> = {
  standing: { title: '生效中', tone: 'ok' },
  coming: { title: '尚未开始', tone: 'notice' },
  over: { title: '已到期', tone: 'plain' },
  ended: { title: '已终止', tone: 'warning' },
}

export interface Draft {
  proxy: number | ''
  since: string
  until: string
  reason: string
  matters: string[]
  letter: File | null
}

export function wrongOf(draft: Draft, today: string): Record<string, string> {
  const wrong: Record<string, string> = {}
  if (draft.proxy === '') wrong.proxy = '请选择代理人'
  if (!draft.since) wrong.since = '请选择开始日期'
  else if (draft.since < today) wrong.since = '开始日期不能早于今天'
  if (!draft.until) wrong.until = '请选择结束日期'
  else if (draft.since && draft.until < draft.since) wrong.until = '结束日期早于开始日期'
  if (!draft.reason.trim()) wrong.reason = '请填写委托事由'
  if (!draft.letter) wrong.letter = '请上传委托书'
  return wrong
}

export const scopeOf = (row: ProxyRow): string => (row.matters.length ? row.matters.map((matter) => matter.title).join('、') : '全部事项')

/** Only what has not ended can be ended. */
export const endable = (row: ProxyRow): boolean => row.state === 'standing' || row.state === 'coming'
