import { address, get, post, put } from './client'
import type { CaseStanding } from './shapes'

export interface CatalogueLayer {
  id: string
  entity: string
  title: string
  standard: string
  geometry: string
  fields: number
  counties: number
  reference_date: string | null
  updated: string | null
  publishable: boolean
  missing: string[]
}

export interface Database {
  no: string
  title: string
  way: string
  levels: string
  division: string
  producers: string
  custodian: string
  cadence: string
  due: string
  layers: CatalogueLayer[]
}

export interface CatalogueKind {
  kind: string
  databases: Database[]
  layers?: CatalogueLayer[]
}

export interface Metadata {
  id: string
  title: string
  lines: [string, string][]
  purpose: string
  limits: string
  keywords: string[]
  missing: string[]
  quality: { errors: number; warnings: number }
  editions: {
    county: string
    name: string
    edition: number
    digest: string
    reference_date: string
    features: number
    delivery: string
  }[]
  may_describe: boolean
}

export interface Owed {
  mandate: string
  title: string
  database: string
  county: string
  county_name: string
  period: string
  due: string | null
  source: string
  state: string
  state_title: string
  late_days: number
  delivery: number | null
  no: string
}

export interface Edge {
  depth: number
  relation: string
  kind: string
  id: string
  title: string
  county: string
  at: string | null
  who: string
}

export interface Answer {
  target: string
  title: string
  question: 'lineage' | 'impact'
  edges: Edge[]
  counts?: Record<string, number>
}

export interface Found {
  kind: string
  kind_title: string
  id: string
  code: string
  title: string
  within: string
}

export type Figures = Record<string, number | null>

export interface BulletinLine {
  id: number
  no: string
  region: string
  month: string
  state: string
  state_title: string
  cut: string
  published: string | null
  total: Figures
  made_by: string
  reviewed_by: string
  signed_by: string
}

export interface Reply {
  id: number
  region: string
  name: string
  kind: string
  kind_title: string
  text: string
  at: string
  person: string
  answer: string
  answered_by: string
}

export interface Bulletin extends BulletinLine {
  titles: Record<string, string>
  counties: (Figures & { county: string; name: string; city: string })[]
  cities: (Figures & { city: string; name: string })[]
  families: Record<string, number>
  before: { no: string; total: Figures } | null
  remark: string
  digest: string
  whole: boolean
  signed: boolean
  replies: Reply[]
  actions: { id: string; title: string; enabled: boolean; reason: string }[]
  case: CaseStanding | null
}

export interface FigureRow {
  county: string
  name: string
  what: string
  amount: number
}

const plain = (layer: string): string => encodeURIComponent(layer.replace('/', '~'))

export const catalogue = {
  tree: () => get<{ items: CatalogueKind[] }>('/catalogue'),
  search: (q: string, limit = 30) =>
    get<{ items: Found[]; counts: Record<string, number> }>('/catalogue/search', { q, limit }),
  metadata: (layer: string) => get<Metadata>(`/catalogue/layers/${plain(layer)}`),
  describe: (layer: string, body: { purpose: string; limits: string; keywords: string[] }) =>
    put<Metadata>(`/catalogue/layers/${plain(layer)}`, body),
  duty: () => get<{ items: Owed[] }>('/catalogue/duty'),
  announce: (body: { mandate: string; period: string; due: string; source: string }) =>
    post('/catalogue/due-dates', body),
  lineage: (of: string) => get<Answer>('/lineage', { of }),
  impact: (of: string) => get<Answer>('/impact', { of }),
  bulletins: () => get<{ items: BulletinLine[] }>('/bulletins'),
  make: (month: string, remark: string) => post<Bulletin>('/bulletins', { month, remark }),
  bulletin: (id: string) => get<Bulletin>(`/bulletins/${id}`),
  act: (id: string, action: string, text: string) => post<Bulletin>(`/bulletins/${id}/actions/${action}`, { text }),
  reply: (id: string, kind: string, text: string) => post<Bulletin>(`/bulletins/${id}/replies/${kind}`, { text }),
  answer: (objection: number, text: string) => post(`/bulletins/objections/${objection}/answer`, { text }),
  rows: (id: string, figure: string, region: string) =>
    get<{ items: FigureRow[] }>(`/bulletins/${id}/rows`, { figure, region }),
  paperUrl: (id: string) => address(`/bulletins/${id}/bulletin.pdf`),
}
