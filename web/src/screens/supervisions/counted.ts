/** The figures of 督办统计, in the order they are read, and the list that stands behind each of them. */
import type { SupervisedAsked, SupervisedLine } from '@/api/reach'

export const FIGURES = {
  opened: '发起',
  open: '未办结',
  waiting: '待反馈',
  waiting_late: '超期未反馈',
  reported_on_time: '按期反馈',
  reported_late: '超期反馈',
  closed: '已办结',
  closed_on_time: '按期办结',
} as const

export type Figure = keyof typeof FIGURES

/** The query of the list that a figure of a line counts; of the sum, everything that was asked for. */
export function listOf(asked: SupervisedAsked, row: SupervisedLine | null, figure: Figure): Record<string, string> {
  const told: Record<string, string> = { state: '', figure, since: asked.since, until: asked.until }
  if (row) Object.assign(told, { region: row.region, level: asked.level, matter: row.matter })
  else told.region = asked.region
  return Object.fromEntries(Object.entries(told).filter(([name, value]) => value || name === 'state'))
}
