/** Sealed editions of a county's layer: list, impact, rollback, withdrawal, changeset packages. */
import { address, get, post, upload } from './client'
import { layerPath } from './maps'
import type { Geometry, Measure } from './shapes'

export interface Edition {
  id: number
  layer: string
  layer_title: string
  county: string
  county_name: string
  period: string
  reference_date: string
  sealed: string
  sealed_by: string
  kind: 'delivery' | 'changeset' | 'rollback' | 'cut'
  kind_title: string
  reason: string
  delivery_no: string
  digest: string
  features: number
  area_m2: Measure | null
  inserted: number
  updated: number
  deleted: number
  unchanged: number
  base: number | null
  state: 'in_force' | 'earlier' | 'superseded' | 'withdrawn'
  state_title: string
  withdrawn: string | null
  withdrawn_by: string
  withdrawn_reason: string
  actions: { id: 'rollback' | 'withdraw' | 'changeset'; title: string; enabled: boolean; reason: string }[]
}

/** What stands on an edition; `mark` says which list was seen. */
export interface EditionImpact {
  edition: number
  mark: string
  standing: { kind: string; reference: string; title: string }[]
}

export interface Verified {
  ok: boolean
  rows: number
  place: string | null
  first_key: string | null
  message: string
}

export interface PackageEnd {
  digest: string
  reference_date: string
  features: number
}

export interface PackageChange {
  change: 'insert' | 'update' | 'delete' | 'renumber'
  key: string
  old_key: string | null
  fields: string[]
  geometry: boolean
  /** The later shape, of what vanishes the earlier one; null for a record without shape. */
  shape: Geometry | null
}

/** What an uploaded changeset package says, and whether it would apply here. */
export interface Inspected {
  layer: string
  layer_title: string
  county: string
  county_name: string
  signer: string
  made: string
  sm3: string
  base: PackageEnd
  target: PackageEnd
  summary: Record<PackageChange['change'], number>
  held: { digest: string; reference_date: string } | null
  applies: boolean
  why: string
  changes: PackageChange[]
  left_off: number
}

/** One step of descent, `depth` away from the feature asked for. */
export interface Kin {
  depth: number
  child: string
  parent: string
  shared_m2: Measure
  share: Measure
  source: string
  source_title: string
  edition: number
  reference_date: string
}

export interface Kinship {
  key: string
  ancestors: Kin[]
  descendants: Kin[]
}

function packaged(file: File): FormData {
  const form = new FormData()
  form.set('file', file)
  return form
}

/** The number of an edition as the API takes it, never for a year; none stays none. */
export const numbered = (edition: string | number | null): string => (edition === null || edition === '' ? '' : `#${edition}`)

export const editions = {
  list: (layer: string, county: string) => get<{ items: Edition[] }>(`${layerPath(layer)}/editions`, { county }),
  verify: (id: number) => get<Verified>(`/editions/${id}/verify`),
  impact: (id: number) => get<EditionImpact>(`/editions/${id}/impact`),
  withdraw: (id: number, reason: string, seen: string) => post<Edition>(`/editions/${id}/actions/withdraw`, { reason, seen }),
  rollback: (id: number, reason: string) => post<Edition>(`/editions/${id}/actions/rollback`, { reason }),
  kinship: (layer: string, county: string, key: string) =>
    get<Kinship>(`${layerPath(layer)}/features/${county}/${encodeURIComponent(key)}/kinship`),
  inspect: (file: File) => upload<Inspected>('/changesets/inspect', packaged(file)),
  apply: (file: File) => upload<Edition>('/changesets', packaged(file)),
  packageUrl: (layer: string, county: string, from: string, to: string) =>
    address(`${layerPath(layer)}/changeset`, { county, from: numbered(from), to: numbered(to) }),
  /** A package of what changed since `from` (empty: from nothing). */
  changesetUrl: (edition: Edition, from: number | null) =>
    address(`${layerPath(edition.layer)}/changeset`, { county: edition.county, from: numbered(from), to: numbered(edition.id) }),
}
