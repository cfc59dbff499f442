import { address, get, post, upload } from './client'
import type { Consulting, Serving, ServingShort } from './consultations'
import type { CaseClock } from './clocks'
import type { ClockFigures, FiguresAsked, QualityAsked, QualityLine, SupervisionAsked, SupervisionLine } from './figures'
import type { CaseReach } from './reach'
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
  /** The principal for whom the reader would do it as his proxy; empty for his own. */
  for: string
  opened: string
  due: string | null
  days_left: number | null
  lamp: Lamp
  provisional: boolean
  standing: string
  state: string
  done: string | null
  /** Last day of the latest 催办, of the nearest open 督办. */
  urged: string | null
  supervised: string | null
  unread: boolean
  copy?: { number: number; kind: 'copy' | 'circulate'; read: string | null; answered: string | null }
}

export interface InboxAsked {
  box: Box
  q: string
  sort: string
  matter: string
  lamp: string
  region: string
  since: string
  until: string
}

export interface InboxCounts {
  todo: number
  done: number
  mine: number
  copied: number
  unread: number
  unread_copied: number
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
  standing: string
  /** Of a decided one, where the service of its decision stands. */
  serving: ServingShort | null
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
  /** Steps and seats that people added here (加签、委派、增加席), in their order. */
  added?: AddedStep[]
}

/** Whose seat a task is in a joint review, and who added it. */
export interface SeatTold {
  seat?: number | null
  weight?: string | null
  veto?: boolean
  added?: string
  asked_by?: string
}

export interface AddedStep extends SeatTold {
  task: number | string
  person: string
  state: string
}

/** A paper that is missing and was promised by a day (容缺). */
export interface Gap {
  paper: string
  title: string
  promise: string
  due: string
  provisional: boolean
  left: number
  lamp: Lamp
  filled: string | null
  may_supply: boolean
}

export interface Jump {
  state: 'proposed' | 'approved' | 'refused'
  to_name: string
  reason: string
  by: string
  opinion?: string
  answered_by?: string
}

/** A panel of experts that was drawn, with all that the draw is checked by. */
export interface DrawnPanel {
  panel: string
  title: string
  size: number
  /** How many could be drawn. */
  pool: number
  members: { id: number; name: string; organ: string; came: boolean }[]
  avoided: { name: string; reason: string }[]
  replaced: { out_name: string; in_name: string; reason: string; by: string; at: string }[]
  seed: string
  by: string
  at: string
}

export interface Termination {
  title: string
  basis: string
  reason: string
  by: string
  organ: string
  day: string
}

export interface FlowEdge {
  id: string
  from: string
  to: string
  points: [number, number][]
  taken: boolean
  name: string
}

export interface Opinion extends SeatTold {
  task: number | string
  node_title: string
  /** Who had the task, where nobody acted on it. */
  holder: string
  person: string
  organ_name: string
  outcome: string
  outcome_title: string
  opinion: string
  at: string
}

/** What a submission was like: points, corrections by kind, all that was to be mended. */
export interface SubmissionQuality {
  score: number
  rounds: number
  first_pass: boolean
  final: boolean
  counts: { kind: string; title: string; count: number }[]
  items: { round: number; title: string; text: string; kind: string }[]
  formula: string
  definition: string
}

/** The number of the platform across offices, and what of the case it was told. */
export interface PlatformStanding {
  no: string
  platform: string
  waiting: number
  fault: string
  sent: { step: string; at: string; sent: string }[]
}

export interface CaseRecord extends Omit<CaseRow, 'serving'> {
  outer_no: string | null
  matter: string
  regions: { code: string; name: string }[]
  accepted: string | null
  clock: CaseClock
  serving: Serving
  consulting: Consulting
  quality: SubmissionQuality
  platform: PlatformStanding
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
  log: { seq: number; at: string; actor: string; kind: string; title: string; node_title: string; outcome_title: string; body: Record<string, unknown> | string }[]
  documents: {
    id: number | string
    title: string
    no: string
    digest: string
    issued: string
    url: string
    verify_url: string | null
  }[]
  tasks: ({ id: number | string; node: string; node_title: string; holder: string; state: string } & SeatTold)[]
  actions: Action[]
  phrases: string[]
  rating: { level: number; text: string } | null
  reach: CaseReach
  /** What a case inside the platform is about (a delivery), with the way to its own page; null for an application. */
  subject?: { kind: string; title: string; no: string; page: string } | null
  correction?: { items?: CorrectionItem[] } | null
  gaps: Gap[]
  panels: DrawnPanel[]
  jump: Jump | null
  termination: Termination | null
}

/** The case after an act that put it out of the reader's sight (an external unit's 转办、回避). */
export interface Left {
  id: number
  left: true
}

export interface Target {
  id: number | string
  name: string
  organ_name: string
  /** Why this one cannot be chosen; empty or absent where it can. */
  reason?: string
}

export interface PieceProperties {
  theme: string
  code: string
  name: string
  area_m2: Measure
}

export type Box = 'todo' | 'done' | 'mine' | 'copied'

export const cases = {
  tasks: (asked: InboxAsked, after: string | null) => get<Page<TaskRow>>('/tasks', { ...asked, after, limit: 50 }),
  counts: () => get<InboxCounts>('/tasks/counts'),
  tasksUrl: (asked: InboxAsked) => address('/tasks/export.csv', { ...asked }),
  list: (filter: { status: string; q: string; region: string; asks?: string; sort?: string }, after: string | null) =>
    get<Page<CaseRow>>('/cases', { ...filter, after, limit: 50 }),
  read: (id: string) => get<CaseRecord>(`/cases/${id}`),
  pieces: (id: string) => get<FeatureCollection<PieceProperties>>(`/cases/${id}/screening.geojson`),
  choices: (id: string, action: string, task: Action['task']) => get<Target[]>(`/cases/${id}/choices`, { action, task: task ?? 0 }),
  supply: (id: string, kind: string, file: File, command: string) => {
    const form = new FormData()
    form.append('file', file)
    form.append('command', command)
    return upload<CaseRecord>(`/cases/${id}/gaps/${kind}`, form)
  },
  act: (id: string, action: string, body: ActionBody) => post<CaseRecord | Left>(`/cases/${id}/actions/${action}`, body),
  stopClock: (id: string, body: { kind: string; reason: string; basis: string; paper: number | null; command: string }) =>
    post<CaseRecord>(`/cases/${id}/clock/stops`, body),
  resumeClock: (id: string, stop: number, body: { command: string }) => post<CaseRecord>(`/cases/${id}/clock/stops/${stop}/end`, body),
  extend: (id: string, body: { days: number; reason: string; command: string }) => post<CaseRecord>(`/cases/${id}/clock/extension`, body),
  answerExtension: (id: string, body: { approve: boolean; opinion: string; command: string }) =>
    post<CaseRecord>(`/cases/${id}/clock/extension/answer`, body),
  figures: (asked: FiguresAsked) =>
    get<{ since: string; until: string; items: ClockFigures[]; total: ClockFigures }>('/cases/clock/figures', { ...asked }),
  figuresUrl: (asked: FiguresAsked) => address('/cases/clock/figures.csv', { ...asked }),
  supervision: (asked: SupervisionAsked) =>
    get<{ level: string; months: boolean; items: SupervisionLine[]; total: SupervisionLine }>('/cases/supervision/figures', { ...asked }),
  supervisionUrl: (asked: SupervisionAsked) => address('/cases/supervision/figures.csv', { ...asked }),
  quality: (asked: QualityAsked) =>
    get<{ group_title: string; formula: string; definition: string; items: QualityLine[]; total: QualityLine }>('/cases/quality/figures', { ...asked }),
  qualityUrl: (asked: QualityAsked) => address('/cases/quality/figures.csv', { ...asked }),
  paperUrl: (id: string, paper: Paper) => paper.url ?? address(`/cases/${id}/papers/${paper.id}`),
  summaryUrl: (id: string) => address(`/cases/${id}/summary.pdf`),
  exportUrl: (filter: { status: string; q: string; region: string; asks?: string }) => address('/cases/export.csv', filter),
}
