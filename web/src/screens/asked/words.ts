/** States of exceptions and disputes as they are filtered. */
import type { FindingException } from '@/api/findings'

export const EXCEPTION_STATES: [string, string][] = [
  ['requested', '待批准'],
  ['returned', '退回补充'],
  ['approved', '已批准'],
  ['refused', '未批准'],
  ['withdrawn', '已撤销'],
  ['ended', '已到期'],
]

export const DISPUTE_STATES: [string, string][] = [
  ['raised', '待答复'],
  ['upheld', '问题成立'],
  ['false_alarm', '确认误报'],
  ['withdrawn', '已撤回'],
]

/** `剩 12 天` while it holds and its end is near. */
export function leftWords(row: Pick<FindingException, 'state' | 'days_left'>): string {
  if (row.state !== 'approved' || row.days_left > 30) return ''
  return row.days_left === 0 ? '今天到期' : `剩 ${row.days_left} 天`
}
