/** How lines and orders of a migration are put into words and tones. */
import type { OrderHead, PlanLine, Verdict } from '@/api/migrations'
import type { Tone } from '@/components/StateTag/StateTag.vue'

export const VERDICT_TONES: Record<Verdict, Tone> = { move: 'ok', stay: 'notice', refuse: 'warning' }
export const OUTCOME_TONES: Record<string, Tone> = { moved: 'ok', stayed: 'notice', refused: 'warning', over: 'plain', '': 'plain' }

/** The last day before and after; one day where nothing moves. */
export function dates(line: PlanLine): string {
  const [before, after] = line.due
  if (line.verdict !== 'move' || before === after) return before ?? '—'
  return `${before ?? '—'} → ${after ?? '—'}`
}

/** Lines with an outcome, and their share of all. */
export function progress(order: OrderHead): { done: number; percent: number } {
  const done = order.total - order.outcomes.waiting
  return { done, percent: order.total ? (100 * done) / order.total : 100 }
}

/** What came of an order so far, without the outcomes that did not occur. */
export function summed(order: OrderHead): string {
  const words: [keyof OrderHead['outcomes'], string][] = [
    ['moved', '已升级'],
    ['stayed', '按旧版本办完'],
    ['refused', '未升级'],
    ['over', '已办结'],
    ['waiting', '待办理'],
  ]
  return words.filter(([name]) => order.outcomes[name]).map(([name, word]) => `${word} ${order.outcomes[name]}`).join(',')
}
