/** Which problems of a chain are shown, and in what order. */
import type { ChainProblem } from '@/api/chains'

export type ChainOrder = 'stage' | 'check' | 'county'

export function kept(items: ChainProblem[], filter: { check: string; stage: string; q: string }): ChainProblem[] {
  const q = filter.q.trim().toLowerCase()
  return items.filter(
    (row) =>
      (!filter.check || row.check === filter.check) &&
      (!filter.stage || row.stage === filter.stage) &&
      (!q || [row.key, row.chain_key, row.value ?? ''].some((text) => text.toLowerCase().includes(q))),
  )
}

/** In the order of the chain's own stages, by check or by county; within that as the report lists them. */
export function sorted(items: ChainProblem[], by: ChainOrder, stages: string[]): ChainProblem[] {
  const place = (row: ChainProblem): string | number => (by === 'stage' ? stages.indexOf(row.stage) : row[by])
  return [...items].sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0))
}
