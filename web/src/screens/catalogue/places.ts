/** Where a thing of the catalogue or of a lineage answer has its own page. */
import type { Edge, Found } from '@/api/catalogue'

export function addressOf(hit: Found): string | null {
  if (hit.kind === 'layer') return `/catalogue/${hit.id.replace('/', '~')}`
  if (hit.kind === 'field') return `/catalogue/${hit.id.slice(0, hit.id.lastIndexOf('.')).replace('/', '~')}`
  return null
}

/** Editions and deliveries can themselves be asked about; a case opens by search. */
export function askedAgain(edge: Edge): string | null {
  if (edge.kind === 'edition' || edge.kind === 'delivery' || edge.kind === 'case') return edge.id
  return null
}
