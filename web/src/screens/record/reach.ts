/** 抄送、催办、督办 of a case as lines to read. */
import type { Copy, Supervision, Urge } from '@/api/reach'
import { day, moment } from '@/words/figures'

export function copyText(copy: Copy): string {
  const kind = copy.kind === 'circulate' ? '传阅' : '抄送'
  const read = copy.read ? `${moment(copy.read)} 已阅` : '未阅'
  const sent = copy.step ? `“${copy.step}”办结时按流程抄送` : copy.by
  return `${kind} ${copy.name}(${copy.organ}),${sent} ${moment(copy.at)},${read}`
}

export function copyNote(copy: Copy): string {
  const opinion = copy.answered ? `意见:${copy.opinion}` : copy.kind === 'circulate' ? '尚未填写意见' : ''
  return [copy.note && `附言:${copy.note}`, opinion].filter(Boolean).join(';')
}

export function urgeText(urge: Urge): string {
  const to = urge.to.map((one) => `${one.name}(${one.read ? `${moment(one.read)} 已阅` : '未阅'})`).join('、')
  return `${urge.by}(${urge.by_organ})${moment(urge.at)} 催办 ${to},期限 ${day(urge.until)}`
}

export function supervisionText(item: Supervision): string {
  const to = item.to.map((one) => one.name).join('、')
  return `${item.by}(${item.by_organ})${day(item.at)} 督办 ${to},${day(item.due)} 前反馈(${item.days} 个工作日)`
}

/** Where it stands: waiting, reported in time or late, closed. */
export function supervisionState(item: Supervision): string {
  if (item.closed) return `${day(item.closed)} 已办结:${item.closing}`
  if (item.reports.length === 0) return '待反馈'
  return item.clock.on_time ? '已按期反馈' : '已反馈,超过期限'
}
