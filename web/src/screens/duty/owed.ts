/** Filters and counts over the list of expected deliveries; a province's list is some hundred rows, kept in the page. */
import type { Owed } from '@/api/catalogue'

const ORDER = ['late', 'due', 'returned', 'delivered', 'accepted']

export interface Filter {
  state: string
  period: string
  city: string
  q: string
}

export function kept(rows: Owed[], filter: Filter): Owed[] {
  const words = filter.q.trim()
  return rows.filter(
    (row) =>
      (!filter.state || row.state === filter.state) &&
      (!filter.period || row.period === filter.period) &&
      (!filter.city || row.county.startsWith(filter.city.slice(0, 4))) &&
      (!words || row.county_name.includes(words) || row.county.startsWith(words)),
  )
}

/** How many of each state, the urgent first; states without rows are left out. */
export function sums(rows: Owed[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(row.state, (counts.get(row.state) ?? 0) + 1)
  return ORDER.filter((state) => counts.has(state)).map((state) => [state, counts.get(state)!])
}
