import { readPlace } from '@/map/crs'

/** A typed place within the province's surroundings; null where it is no place. */
export function goTo(text: string): [number, number] | null {
  const place = readPlace(text)
  if (!place) return null
  const [lon, lat] = place
  return lon > 73 && lon < 136 && lat > 3 && lat < 54 ? place : null
}
