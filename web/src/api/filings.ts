/** Filing of a single record (直报备案), feeds (接口与下载) and the verification of receipts. */
import { get, post, upload } from './client'
import type { DeliveryRecord } from './deliveries'
import type { Bounds, Geometry } from './shapes'

export interface FilingField {
  name: string
  title: string
  type: 'text' | 'integer' | 'number' | 'date' | 'code'
  required: boolean
  /** A condition of the standard under which the field must be filled in. */
  required_when: string | null
  unit: string | null
  length: number | null
  decimals: number | null
  above: number | null
  below: number | null
  min: number | null
  max: number | null
  values: { code: string; name: string }[] | null
}

export type ShapeKind = 'polygon' | 'line' | 'point'

export interface FilingForm {
  layer: string
  title: string
  /** null: a table, whose records lie nowhere. */
  shape: ShapeKind | null
  key: string
  fields: FilingField[]
}

/** A shape in plane integers of a zone, exact; the server gives it and takes it back unchanged. */
export interface PlaneShape {
  zone: number
  parts: unknown
}

export interface OutlineProblem {
  severity: 'error' | 'warning'
  line: number | null
  code: string
  message: string
  remedy: string
}

/** What a boundary text says; both shapes are null while there is an error. */
export interface ReadOutline {
  geometry: PlaneShape | null
  geojson: Geometry | null
  shown: {
    encoding: string
    axes: string
    zone: number | null
    zone_reason: string
    rings: number
    parcels: { no: string; name: string; points: number; holes: number; area_m2: string; area_ha: string; stated: string | null; stated_unit: string }[]
    bounds: Bounds | null
  }
  problems: OutlineProblem[]
}

export interface Filing {
  mandate: string
  county: string
  layer: string
  attributes: Record<string, string | null>
  geometry: PlaneShape | Geometry | null
  valid_from: string
  comment: string
  command: string
}

export interface Feed {
  id: number
  mandate: string
  county: string
  county_name: string
  location: string
  source: string
  licence: string
  every: number
  active: boolean
  due: string | null
  fetched: string | null
  fault: string
  delivery: number | null
}

export interface FeedOrder {
  mandate: string
  county: string
  location: string
  every: number
  active: boolean
}

/** genuine: exactly so signed; altered: not what was signed; unknown: by a node not known here; none: no receipt. */
export type Verdict = 'genuine' | 'altered' | 'unknown' | 'none'

export interface Judged {
  valid: boolean
  verdict: Verdict
  why: string
  delivery: { id: number; no: string; state: string; state_title: string } | null
}

export const filings = {
  form: (mandate: string, layer: string) => get<FilingForm>(`/mandates/${mandate}/form`, { layer }),
  outline: (county: string, text: Blob, name: string) => {
    const form = new FormData()
    form.set('county', county)
    form.set('file', text, name)
    return upload<ReadOutline>('/filings/outline', form)
  },
  file: (filing: Filing) => post<DeliveryRecord>('/filings', filing),
}

export const feeds = {
  list: () => get<{ items: Feed[] }>('/feeds'),
  register: (order: FeedOrder) => post<Feed>('/feeds', order),
  fetch: (id: number) => post<{ unchanged: true } | DeliveryRecord>(`/feeds/${id}/fetch`),
}

export const receipts = {
  verify: (receipt: Record<string, unknown>) => post<Judged>('/receipts/verify', { receipt }),
}
