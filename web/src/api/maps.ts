import { address, get } from './client'
import type { Bounds, FeatureCollection, Geometry, Measure } from './shapes'

export interface StyleRule {
  values: string[]
  fill: string
  stroke: string
  title: string
}

export interface LayerStyle {
  field: string | null
  rules: StyleRule[]
}

export interface LayerField {
  name: string
  title: string
  type: string
  unit: string | null
}

export interface SealedEdition {
  county: string
  county_name: string
  period: string | number
  digest: string
  sealed: string
  features: number
  reference_date: string
}

export interface MapLayer {
  id: string
  title: string
  group: string
  geometry: string
  style: LayerStyle
  fields: LayerField[]
  editions: SealedEdition[]
  updated: string | null
  min_zoom: number
  /** Written by cases (reviewed sites), not by deliveries. */
  by_cases?: boolean
}

export interface FeatureHistory {
  edition?: string | number
  valid_from: string | null
  valid_to: string | null
  case_no?: string | null
  class?: string | null
  /** Until when this was what the record said; null while it still is. */
  known_to?: string | null
  [name: string]: unknown
}

export interface Identified {
  layer: string
  layer_title: string
  county: string
  key: string
  properties: { name: string; title: string; value: unknown; text: string }[]
  geometry: Geometry | null
  valid_from: string | null
  valid_to: string | null
  edition: string | number | null
  history: FeatureHistory[]
}

export type GroupBy = 'class' | 'level1' | 'three_class' | 'region'

export interface StatisticsRow {
  code: string
  name: string
  count: number
  area_m2: Measure
  ha: Measure
  mu: Measure
  share: Measure
}

export interface Statistics {
  asof: string
  rows: StatisticsRow[]
  total: { count: number; area_m2: Measure; ha: Measure; mu: Measure; share?: Measure }
  closes_to: { control_m2: Measure; difference_m2: Measure } | null
  editions: SealedEdition[]
}

export interface Change {
  change: 'insert' | 'update' | 'delete' | 'renumber'
  key: string
  old_key: string | null
  fields: { name: string; title?: string; before: unknown; after: unknown }[]
  geometry_changed: boolean
  area_before: Measure | null
  area_after: Measure | null
  geometry: Geometry | null
}

export interface Changes {
  summary: { insert: number; update: number; delete: number; renumber: number; unchanged: number }
  items: Change[]
  next: string | null
}

export interface Flow {
  classes: { code: string; name: string }[]
  matrix: Measure[][]
  row_totals: Measure[]
  column_totals: Measure[]
  before: Record<string, Measure>
  after: Record<string, Measure>
  closes: boolean
  difference_m2: Measure
  /** The counties added up, and those left out because they lack one of the two editions. */
  counties: string[]
  missing: string[]
}

export type FlowLevel = 'class' | 'level1' | 'three_class'

export interface FlowQuery {
  county?: string
  region?: string
  from: string
  to: string
  level: FlowLevel
  known?: string
}

/** A layer id inside an address: `/` is written `~`. */
export function layerPath(id: string): string {
  return `/layers/${id.replace('/', '~')}`
}

export const maps = {
  layers: () => get<{ items: MapLayer[] }>('/layers'),
  outlines: () => get<FeatureCollection<{ code?: string; name?: string }>>('/outlines.geojson'),
  features: (
    id: string,
    query: { county?: string; bbox?: string; asof?: string; known?: string; where?: string; q?: string; after?: string | null; limit?: number },
  ) => get<FeatureCollection>(`${layerPath(id)}/features`, query),
  identify: (id: string, lon: number, lat: number, asof: string, known = '') =>
    get<{ items: Identified[] }>(`${layerPath(id)}/identify`, { lon: lon.toFixed(8), lat: lat.toFixed(8), asof, known }),
  feature: (id: string, county: string, key: string, asof: string, known = '') =>
    get<Identified>(`${layerPath(id)}/features/${county}/${encodeURIComponent(key)}`, { asof, known }),
  statistics: (id: string, query: { county: string; asof: string; by: GroupBy; known?: string }) =>
    get<Statistics>(`${layerPath(id)}/statistics`, query),
  statisticsUrl: (id: string, query: { county: string; asof: string; by: GroupBy; known?: string }) =>
    address(`${layerPath(id)}/statistics.csv`, query),
  changes: (id: string, query: { county: string; from: string; to: string; known?: string; after?: string | null }) =>
    get<Changes>(`${layerPath(id)}/changes`, { ...query, limit: 200 }),
  flow: (id: string, query: FlowQuery) => get<Flow>(`${layerPath(id)}/flow`, { ...query }),
  flowUrl: (id: string, query: FlowQuery) => address(`${layerPath(id)}/flow.csv`, { ...query }),
  tileUrl: (id: string, asof: string, known = '') => `/api${layerPath(id)}/tiles/{z}/{x}/{y}.mvt${address('', { asof, known }).slice('/api'.length)}`,
  exportUrl: (id: string, query: { county: string; asof: string; known?: string; format: 'gpkg' | 'csv' }) =>
    address(`${layerPath(id)}/export`, query),
}

export type { Bounds, Geometry }
