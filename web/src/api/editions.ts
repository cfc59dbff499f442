/** Sealed editions of a county's layer: list, impact, rollback, withdrawal, changeset packages. */
import { address, get, post } from './client'
import { layerPath } from './maps'
import type { Measure } from './shapes'

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

export const editions = {
  list: (layer: string, county: string) => get<{ items: Edition[] }>(`${layerPath(layer)}/editions`, { county }),
  verify: (id: number) => get<Verified>(`/editions/${id}/verify`),
  impact: (id: number) => get<EditionImpact>(`/editions/${id}/impact`),
  withdraw: (id: number, reason: string, seen: string) => post<Edition>(`/editions/${id}/actions/withdraw`, { reason, seen }),
  rollback: (id: number, reason: string) => post<Edition>(`/editions/${id}/actions/rollback`, { reason }),
  /** A package of what changed since `from` (empty: from nothing). */
  changesetUrl: (edition: Edition, from: number | null) =>
    address(`${layerPath(edition.layer)}/changeset`, { county: edition.county, from: from ?? '', to: edition.id }),
}
