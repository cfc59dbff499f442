/** The two ends of a flow: days of a county's own editions; years for a region, whose counties may differ in their days. */
import type { MapLayer } from '@/api/maps'
import { layerDates } from '@/screens/bench/dates'

export const isCounty = (code: string): boolean => code.length === 6 && !code.endsWith('00')

/** True where a county lies in a region; the empty region is one's own, whole. */
export function within(county: string, region: string): boolean {
  return county.startsWith(region.replace(/(00)+$/, ''))
}

export function endsOf(layer: MapLayer, region: string): string[] {
  if (isCounty(region)) return layerDates([layer], region)
  const years = layer.editions.filter((edition) => within(edition.county, region)).map((edition) => String(edition.period))
  return [...new Set(years)].sort()
}
