import { address, get, post, upload } from './client'
import type { PlaneShape } from './filings'
import type { Action, ActionBody, Bounds, FeatureCollection, Measure, Page } from './shapes'
import type { Upload } from './uploads'

export interface Progress {
  step: string
  done: number
  total: number
  percent: number
}

/** Place in the queue of checks (0: being checked), how many wait, and when it should be done. */
export interface QueuePlace {
  place: number
  of: number
  estimate_seconds: number | null
}

export interface DeliveryRow {
  id: number | string
  no: string
  county: string
  county_name: string
  period: string | number
  standard: string
  mandate: string
  mandate_title: string
  kind: string
  kind_title: string
  queue?: QueuePlace | null
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

/** One level of the mandate: whose turn it is, who has acted. */
export interface Step {
  level: string
  title: string
  verb: string
  verb_title: string
  optional: boolean
  state: 'done' | 'now' | 'todo' | 'skipped'
  at: string | null
  person: string | null
}

export interface Note {
  at: string
  person: string
  organ_name: string
  act: string
  act_title?: string
  text: string
  signed?: boolean
}

export type Severity = 'error' | 'warning' | 'note'

export interface DeliveryRecord extends DeliveryRow {
  layers: { layer: string; title: string; features: number; area_m2: Measure | null }[]
  editions?: { id: number; layer: string; digest: string; features: number }[]
  members: { name: string; size?: number; sm3?: string }[]
  receipt: Record<string, unknown> | null
  receipts: Record<string, Record<string, unknown>>
  file: { name: string; size: number; sm3: string }
  comment: string
  /** Of a filing: the record as it was sent. */
  facts?: { record?: { layer: string; key: string; attributes: Record<string, string | number | null>; geometry: PlaneShape | null; valid_from: string } }
  named: { layers?: string[]; villages?: string[] }
  base: Record<string, { edition: number; digest: string; delivery: string; corrected: boolean }>
  decisions: { what: string; subject: string; value: string; by: string; organ_name: string; at: string; shown: string; from: string | null }[]
  road: Step[]
  /** The case in which it is reviewed, for who may see it. */
  case: { id: number; no: string } | null
  finished: string | null
  upload: Upload | null
  notes: Note[]
  summary: RuleCount[]
  bounds: Bounds | null
  actions: Action[]
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

export interface DeliveryFilter {
  state?: string
  kind?: string
  q: string
  county?: string
  period?: string
}

export const deliveries = {
  list: (filter: DeliveryFilter, after: string | null) =>
    get<Page<DeliveryRow>>('/deliveries', { ...filter, after, limit: 50 }),
  exportUrl: (filter: DeliveryFilter) => address('/deliveries/export.csv', { ...filter }),
  read: (id: string) => get<DeliveryRecord>(`/deliveries/${id}`),
  preview: (id: string, layer: string, bbox: Bounds) =>
    get<FeatureCollection>(`/deliveries/${id}/preview.geojson`, { layer, bbox: bbox.join(',') }),
  fileUrl: (id: string) => address(`/deliveries/${id}/file`),
  receiptUrl: (id: string, kind: string) => address(`/deliveries/${id}/receipts/${kind}.json`),
  act: (id: string, action: string, body: ActionBody) => post<DeliveryRecord>(`/deliveries/${id}/actions/${action}`, body),
  controlAreas: (county: string, edition: string) =>
    get<Page<ControlArea>>('/control-areas', { county, edition, limit: 500 }),
  registerControlAreas: (file: File) => {
    const form = new FormData()
    form.set('file', file)
    return upload<{ registered: number }>('/control-areas', form)
  },
}
