/** The clock of a case in words and lengths; every figure is the server's. */
import type { CaseClock, ClockInterval, ClockStop } from '@/api/clocks'
import { day } from '@/words/figures'

export interface Bar {
  id: string
  share: number
  kind: string
  title: string
}

/** The line of intervals; each is as long as its working days, a stop of no whole day still shows. */
export function bars(intervals: ClockInterval[]): Bar[] {
  const shown = intervals.filter((part) => part.days > 0 || part.kind)
  const lengths = shown.map((part) => Math.max(part.days, 0.3))
  const whole = lengths.reduce((sum, length) => sum + length, 0)
  return shown.map((part, index) => ({
    id: `${part.after}-${index}`,
    share: ((lengths[index] ?? 0) / whole) * 100,
    kind: part.kind,
    title: `${part.kind ? `停计时(${part.kind})` : '计时'} ${part.days} 个工作日,${part.after} 次日至 ${part.until}${part.by ? `,${part.by}` : ''}${part.basis ? `,${part.basis}` : ''}${part.provisional ? ',暂定' : ''}`,
  }))
}

/** `法定 20 + 延期 5 个工作日`. */
export function limitText(name: string, days: number, extended: number): string {
  return extended ? `${name} ${days} + 延期 ${extended} 个工作日` : `${name} ${days} 个工作日`
}

/** One stop as a line: when, by whom, and where it stops nothing, why. */
export function stopText(stop: ClockStop): string {
  const end = stop.to ? `${day(stop.to)}${stop.ended_by ? `(${stop.ended_by}恢复)` : ''}` : '今'
  const nothing = stop.counts === false ? `;${stop.why || '不扣除'}` : ''
  return `${day(stop.from)}(${stop.by}) 至 ${end}${nothing}`
}

/** `专家评审 5 个工作日、听证 1 个工作日`; empty where nothing was taken out. */
export function stoppedText(clock: Pick<CaseClock, 'stopped_by'>): string {
  return Object.entries(clock.stopped_by)
    .filter(([, days]) => days > 0)
    .map(([kind, days]) => `${kind} ${days} 个工作日`)
    .join('、')
}

const EXTENSION = { proposed: '等待负责人答复', approved: '已批准', refused: '未批准' }

export function extensionText(clock: Pick<CaseClock, 'extension'>): string {
  const told = clock.extension
  if (!told) return ''
  const answer = told.answered_by ? `(${told.answered_by}:${told.opinion ?? ''})` : ''
  return `${told.by}申请延期 ${told.days} 个工作日,理由:${told.reason};${EXTENSION[told.state]}${answer}`
}
