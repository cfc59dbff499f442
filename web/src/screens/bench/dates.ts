import type { MapLayer } from '@/api/maps'

/** The days from which sealed editions speak, each once, in order; a county narrows them to its own. */
export function layerDates(layers: MapLayer[], county = ''): string[] {
  const days = layers
    .flatMap((layer) => layer.editions)
    .filter((edition) => !county || edition.county === county)
    .map((edition) => edition.reference_date.slice(0, 10))
  return [...new Set(days)].sort()
}

/** The edition that holds for a county on a day: the last one that speaks from that day or earlier, among those sealed by `known` (Shanghai time). */
export function editionOn(layer: MapLayer, asof: string, known = ''): MapLayer['editions'] {
  const by = known ? new Date(`${known}+08:00`).getTime() : Infinity
  const byCounty = new Map<string, MapLayer['editions'][number]>()
  const sorted = [...layer.editions].sort((a, b) => a.reference_date.localeCompare(b.reference_date))
  for (const edition of sorted) {
    if ((!asof || edition.reference_date.slice(0, 10) <= asof) && !(new Date(edition.sealed).getTime() > by)) byCounty.set(edition.county, edition)
  }
  return [...byCounty.values()]
}
