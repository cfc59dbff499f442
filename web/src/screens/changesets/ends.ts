/** Editions as the ends of a package: the valid ones, in the order of what they say. */
import type { Edition } from '@/api/editions'

/** Valid editions, the earlier reference date and the earlier sealing first. */
export function forward(all: Edition[]): Edition[] {
  return all
    .filter((each) => each.state !== 'withdrawn')
    .sort((a, b) => a.reference_date.localeCompare(b.reference_date) || a.sealed.localeCompare(b.sealed) || a.id - b.id)
}
