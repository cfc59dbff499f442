/**
 * Coordinate systems of the workbench: maps are drawn in EPSG:4490 (CGCS2000 degrees); a point is also read
 * out in its county's 3-degree zone, east with the zone prefix as on the bureau's papers.
 */
import { get as getProjection } from 'ol/proj'
import { register } from 'ol/proj/proj4'
import proj4 from 'proj4'

export const DEGREES = 'EPSG:4490'
const FIRST_ZONE = 25
const FIRST_ZONE_EPSG = 4513

proj4.defs(DEGREES, '+proj=longlat +ellps=GRS80 +no_defs')
register(proj4)
getProjection(DEGREES)?.setExtent([-180, -90, 180, 90])

/** The 3-degree zone whose central meridian is nearest (118.45° → 39). */
export function zoneOf(longitude: number): number {
  return Math.floor((longitude + 1.5) / 3)
}

export const epsgOfZone = (zone: number): number => FIRST_ZONE_EPSG + zone - FIRST_ZONE

/** East (with zone prefix) and north in metres. */
export function toZone(longitude: number, latitude: number, zone = zoneOf(longitude)): [number, number] {
  const definition = `+proj=tmerc +lat_0=0 +lon_0=${zone * 3} +k=1 +x_0=${zone}500000 +y_0=0 +ellps=GRS80 +units=m +no_defs`
  return proj4(DEGREES, definition, [longitude, latitude]) as [number, number]
}

/** Degrees from plane metres with zone prefix. */
export function fromZone(east: number, north: number): [number, number] {
  const zone = Math.floor(east / 1_000_000)
  const definition = `+proj=tmerc +lat_0=0 +lon_0=${zone * 3} +k=1 +x_0=${zone}500000 +y_0=0 +ellps=GRS80 +units=m +no_defs`
  return proj4(definition, DEGREES, [east, north]) as [number, number]
}

/** `117°09′58.32″` */
export function sexagesimal(degrees: number): string {
  const hundredths = Math.round(Math.abs(degrees) * 360_000)
  const whole = Math.floor(hundredths / 360_000)
  const minutes = Math.floor((hundredths % 360_000) / 6_000)
  const seconds = ((hundredths % 6_000) / 100).toFixed(2)
  return `${degrees < 0 ? '-' : ''}${whole}°${String(minutes).padStart(2, '0')}′${seconds.padStart(5, '0')}″`
}

/** A typed place: degrees `117.1234,31.5678` or zone metres `39512340.118,3490123.5`; null where it is neither. */
export function readPlace(text: string): [number, number] | null {
  const parts = text.trim().split(/[\s,,;;]+/).map(Number)
  if (parts.length !== 2 || parts.some((part) => !Number.isFinite(part))) return null
  const [first, second] = parts as [number, number]
  if (Math.abs(first) <= 180 && Math.abs(second) <= 90) return [first, second]
  const [east, north] = first > second ? [first, second] : [second, first]
  return east >= 25_000_000 && east < 46_000_000 && north > 0 && north < 10_000_000 ? fromZone(east, north) : null
}
