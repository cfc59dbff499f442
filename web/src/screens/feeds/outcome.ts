/** What became of the last fetch of a feed, and which feeds a filter keeps. */
import type { Feed } from '@/api/filings'
import type { Tone } from '@/components/StateTag/StateTag.vue'

export type Outcome = 'failed' | 'fetched' | 'waiting' | 'stopped'

export const OUTCOMES: Record<Outcome, { title: string; tone: Tone }> = {
  failed: { title: '取数失败', tone: 'danger' },
  fetched: { title: '取数成功', tone: 'ok' },
  waiting: { title: '尚未取数', tone: 'notice' },
  stopped: { title: '已停用', tone: 'plain' },
}

export function outcome(feed: Feed): Outcome {
  if (feed.fault) return 'failed'
  if (!feed.active) return 'stopped'
  return feed.fetched ? 'fetched' : 'waiting'
}

/** What failed comes first, then what is due next. */
export function kept(feeds: Feed[], filter: { q: string; county: string; outcome: string }, titleOf: (mandate: string) => string): Feed[] {
  const q = filter.q.trim().toLowerCase()
  const found = feeds.filter(
    (feed) =>
      (!filter.county || feed.county === filter.county) &&
      (!filter.outcome || outcome(feed) === filter.outcome) &&
      (!q || [titleOf(feed.mandate), feed.source, feed.location].some((text) => text.toLowerCase().includes(q))),
  )
  return found.sort((a, b) => Number(b.fault !== '') - Number(a.fault !== '') || (a.due ?? '').localeCompare(b.due ?? ''))
}

/** `每 24 小时` as people say it: `每天`, `每 7 天`, `每 6 小时`. */
export function every(hours: number): string {
  if (hours === 24) return '每天'
  return hours % 24 === 0 ? `每 ${hours / 24} 天` : `每 ${hours} 小时`
}
