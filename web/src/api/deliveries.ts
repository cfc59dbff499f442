import { address, get, newCommand, post, upload } from './client'
import type { Action, ActionBody, Bounds, FeatureCollection, Geometry, Measure, Page } from './shapes'

export interface Progress {
  step: string
  done: number
  total: number
  percent: number
}

export interface DeliveryRow {
  id: number | string
  no: string
  county: string
  county_name: string
  period: string | number
  standard: string
  state: string
  state_title: string
  file_name: string
  size: number
  errors: number | null
  warnings: number | null
  submitted: string
  submitted_by: string
  progress: Progress | null
  edition: string | number | null
}

export interface RuleCount {
  rule: string
  title: string
  severity: Severity
  family: string
  count: number
}

export type Severity = 'error' | 'warning' | 'note'

export interface DeliveryRecord extends DeliveryRow {
  layers: { layer: string; title: string; features: number; area_m2: Measure | null }[]
  editions?: { id: number; layer: string; digest: string; features: number }[]
  members: { name: string; size?: number; sm3?: string }[]
  receipt: Record<string, unknown> | null
  notes: { at: string; person: string; organ_name: string; act: string; act_title?: string; text: string; signed?: boolean }[]
  summary: RuleCount[]
  bounds: Bounds | null
  actions: Action[]
}

export interface Finding {
  id: number | string
  rule: string
  kind: string
  family: string
  severity: Severity
  severity_title: string
  layer: string
  key: string
  row: number | null
  field: string
  value: string | null
  expected: string | null
  x: number | null
  y: number | null
  lon: number | null
  lat: number | null
  measure: Measure | null
  unit: string
  partners: string[]
  message: string
  remedy: string
  geometry: Geometry | null
}

export interface Expected {
  county: string
  county_name: string
  period: string | number
  title?: string
  due: string | null
  state: string
  delivery?: number | null
}

export interface FindingFilter {
  rule: string
  severity: string
  layer: string
  q: string
}

export interface ControlArea {
  county: string
  county_name?: string
  edition: string
  part: string
  class: string
  area_m2: Measure
  source: string
}

export const deliveries = {
  list: (filter: { state: string; q: string; county: string; period: string }, after: string | null) =>
    get<Page<DeliveryRow>>('/deliveries', { ...filter, after, limit: 50 }),
  expected: () => get<Expected[]>('/deliveries/expected'),
  read: (id: string) => get<DeliveryRecord>(`/deliveries/${id}`),
  send: (file: File, county: string, period: string, onProgress: (part: number) => void) => {
    const form = new FormData()
    form.set('county', county)
    form.set('period', period)
    form.set('command', newCommand())
    form.set('file', file)
    return upload<DeliveryRow>('/deliveries', form, onProgress)
  },
  findings: (id: string, filter: FindingFilter, after: string | null) =>
    get<Page<Finding>>(`/deliveries/${id}/findings`, { ...filter, after, limit: 100 }),
  preview: (id: string, layer: string, bbox: Bounds) =>
    get<FeatureCollection>(`/deliveries/${id}/preview.geojson`, { layer, bbox: bbox.join(',') }),
  errorLayerUrl: (id: string) => address(`/deliveries/${id}/findings.gpkg`),
  reportUrl: (id: string) => address(`/deliveries/${id}/report.pdf`),
  act: (id: string, action: string, body: ActionBody) => post<DeliveryRecord>(`/deliveries/${id}/actions/${action}`, body),
  controlAreas: (county: string, edition: string) =>
    get<Page<ControlArea>>('/control-areas', { county, edition, limit: 500 }),
  registerControlAreas: (file: File) => {
    const form = new FormData()
    form.set('file', file)
    return upload<{ registered: number }>('/control-areas', form)
  },
}
