import { address, get, post } from './client'
import type { Action, ActionBody, Bounds, CorrectionItem, FeatureCollection, Geometry, Lamp, Measure, Page } from './shapes'

export interface TaskRow {
  id: number | string
  case: {
    id: number | string
    no: string
    title: string
    matter: string
    matter_title: string
    region: string
    region_name: string
    applicant: string
  }
  node: string
  node_title: string
  opened: string
  due: string | null
  days_left: number | null
  lamp: Lamp
  provisional: boolean
  state: string
}

export interface CaseRow {
  id: number | string
  no: string
  title: string
  matter_title: string
  status: string
  status_title: string
  region: string
  region_name: string
  applicant: string
  opened: string
  due: string | null
  days_left: number | null
  lamp: Lamp
  provisional: boolean
}

export interface ThemeRow {
  code: string
  name: string
  area_m2: Measure
  share: Measure
  features: number
}

export interface EditionPin {
  layer: string
  county: string
  edition: string | number
  digest: string
  reference_date: string
}

export interface Theme {
  id: string
  title: string
  status: 'concerned' | 'not_concerned' | 'no_data'
  law_status: string
  article: string
  area_m2: Measure | null
  share: Measure | null
  office: string
  editions: EditionPin[]
  rows: ThemeRow[]
  dropped: { area_m2: Measure }[]
  remedy: string
  /** Counties of the site that have no edition for the day. */
  missing?: string[]
}

export interface ClassRow {
  code: string
  name: string
  level1: string
  area_m2: Measure
  share: Measure
}

export interface Screening {
  on: string
  known: string | null
  site_area_m2: Measure
  closing_difference_m2: Measure
  themes: Theme[]
  classes: ClassRow[]
  pieces_url: string
}

export interface Paper {
  id: number | string | null
  kind: string
  title: string
  name: string
  size: number
  digest: string
  required: boolean
  note: string
  url: string | null
}

export interface FlowNode {
  id: string
  title: string
  type: string
  lane: string
  x: number
  y: number
  w: number
  h: number
  state: 'done' | 'now' | 'todo'
}

export interface FlowEdge {
  id: string
  from: string
  to: string
  points: [number, number][]
  taken: boolean
  name: string
}

export interface Opinion {
  task: number | string
  node_title: string
  person: string
  organ_name: string
  outcome: string
  outcome_title: string
  opinion: string
  at: string
}

export interface CaseRecord extends CaseRow {
  outer_no: string | null
  matter: string
  regions: { code: string; name: string }[]
  accepted: string | null
  clock: {
    statutory: number | null
    promised: number | null
    used: number | null
    stopped: number | null
    stops: { kind: string; basis: string; from: string; to: string | null }[]
  } | null
  form: { group: string; fields: { path: string; title: string; value: unknown; text: string }[] }[]
  papers: Paper[]
  site: {
    zone: number
    geojson: Geometry
    area_m2: Measure
    parcels: { no: string; name: string; area_m2: Measure }[]
    bounds: Bounds
  } | null
  screening: Screening | null
  route: { level: string; organ: string; reason: string; trace: unknown[] } | null
  flow: { nodes: FlowNode[]; edges: FlowEdge[] } | null
  opinions: Opinion[]
  log: { seq: number; at: string; actor: string; kind: string; title: string; body: Record<string, unknown> | string }[]
  documents: {
    id: number | string
    title: string
    no: string
    digest: string
    issued: string
    url: string
    verify_url: string | null
  }[]
  tasks: { id: number | string; node: string; node_title: string; holder: string; state: string }[]
  actions: Action[]
  phrases: string[]
  rating: { level: number; text: string } | null
  correction?: { items?: CorrectionItem[] } | null
}

export interface Target {
  id: number | string
  name: string
  organ_name: string
}

export interface PieceProperties {
  theme: string
  code: string
  name: string
  area_m2: Measure
}

export type Box = 'todo' | 'done' | 'mine'

export const cases = {
  tasks: (box: Box, q: string, sort: string, after: string | null) =>
    get<Page<TaskRow>>('/tasks', { box, q, sort, after, limit: 50 }),
  list: (filter: { status: string; q: string; region: string }, after: string | null) =>
    get<Page<CaseRow>>('/cases', { ...filter, after, limit: 50 }),
  read: (id: string) => get<CaseRecord>(`/cases/${id}`),
  pieces: (id: string) => get<FeatureCollection<PieceProperties>>(`/cases/${id}/screening.geojson`),
  targets: (id: string, task: Action['task']) => get<Target[]>(`/cases/${id}/handover-targets`, { task: task ?? null }),
  act: (id: string, action: string, body: ActionBody) => post<CaseRecord>(`/cases/${id}/actions/${action}`, body),
  paperUrl: (id: string, paper: Paper) => paper.url ?? address(`/cases/${id}/papers/${paper.id}`),
  summaryUrl: (id: string) => address(`/cases/${id}/summary.pdf`),
  exportUrl: (filter: { status: string; q: string; region: string }) => address('/cases/export.csv', filter),
}
