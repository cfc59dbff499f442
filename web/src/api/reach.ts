import { address, get, post, put } from './client'
import type { CaseRecord } from './cases'
import type { Lamp, Page } from './shapes'

/** 抄送、传阅: a case shown to somebody without a seat in it. */
export interface Copy {
  number: number
  name: string
  organ: string
  kind: 'copy' | 'circulate'
  note: string
  /** The step at whose end the process sent it; a person's own copy has none. */
  step?: string
  by: string
  at: string
  read: string | null
  opinion: string
  answered: string | null
}

export interface Urge {
  number: number
  tasks: number[]
  text: string
  until: string
  by: string
  by_organ: string
  at: string
  to: { task: number; person: number; name: string; read: string | null }[]
}

export interface Supervision {
  number: number
  asks: string
  days: number
  due: string
  by: string
  by_organ: string
  at: string
  to: { person: number; name: string }[]
  reports: { text: string; on: string; by: string; at: string }[]
  closed: string | null
  closing: string
  clock: { due: string; left: number; lamp: Lamp; on_time: boolean }
}

export interface ReachAct {
  id: 'case.copy' | 'case.give_opinion' | 'case.urge' | 'case.supervise' | 'case.report_supervision' | 'case.close_supervision'
  title: string
  enabled: boolean
  reason: string
  /** Of the copy or the supervision it is about. */
  number: number | null
  consequence: string
}

export interface CaseReach {
  copies: Copy[]
  urges: Urge[]
  supervisions: Supervision[]
  acts: ReachAct[]
  longest_supervision: number
}

export interface Notice {
  id: number
  kind: string
  kind_title: string
  case: number | null
  case_no: string
  step: string
  day: string | null
  text: string
  at: string
  read: string | null
}

export interface SupervisionRow {
  id: number
  case: { id: number; no: string; title: string }
  by: string
  organ_name: string
  region_name: string
  to: string
  asks: string
  opened: string
  reported: string | null
  state: 'open' | 'reported' | 'closed'
  state_title: string
  due: string
  days_left: number
  lamp: Lamp
}

export interface SupervisionsAsked {
  state: string
  lamp: string
  q: string
  region: string
  /** With `region`: the line of the figures that is added up at this level. */
  level: string
  matter: string
  /** Only what this figure counts. */
  figure: string
  since: string
  until: string
  mine: boolean
}

/** One line of 督办统计: items by where they stand, all counted from events. */
export interface SupervisedLine {
  region: string
  region_name: string
  matter: string
  matter_title: string
  opened: number
  reported_on_time: number
  reported_late: number
  waiting: number
  waiting_late: number
  open: number
  closed: number
  closed_on_time: number
  mean_days: string | null
}

export interface SupervisedAsked {
  region: string
  level: string
  matters: boolean
  since: string
  until: string
}

export interface PortChoice {
  port: string
  title: string
  wanted: boolean
}

export interface OutgoingRow {
  id: number
  port_title: string
  to: string
  text: string
  state: 'waiting' | 'sent' | 'dead'
  state_title: string
  tries: number
  error: string
  at: string
  sent: string | null
}

interface Command {
  command: string
}

export const reach = {
  targets: (id: string) => get<{ id: number; name: string; organ_name: string }[]>(`/cases/${id}/copy-targets`),
  copy: (id: string, body: Command & { people: number[]; kind: string; note: string }) => post<CaseRecord>(`/cases/${id}/copies`, body),
  giveOpinion: (id: string, copy: number, body: Command & { opinion: string }) => post<CaseRecord>(`/cases/${id}/copies/${copy}/opinion`, body),
  urge: (id: string, body: Command & { text: string; until: string | null }) => post<CaseRecord>(`/cases/${id}/urges`, body),
  supervise: (id: string, body: Command & { asks: string; days: number }) => post<CaseRecord>(`/cases/${id}/supervisions`, body),
  report: (id: string, item: number, body: Command & { report: string }) => post<CaseRecord>(`/cases/${id}/supervisions/${item}/reports`, body),
  close: (id: string, item: number, body: Command & { opinion: string }) => post<CaseRecord>(`/cases/${id}/supervisions/${item}/close`, body),
  read: (id: string) => post<{ changed: boolean }>(`/cases/${id}/read`),
  supervisions: (asked: SupervisionsAsked, after: string | null) => get<Page<SupervisionRow>>('/supervisions', { ...asked, after, limit: 50 }),
  supervisedFigures: (asked: SupervisedAsked) =>
    get<{ level: string; matters: boolean; items: SupervisedLine[]; total: SupervisedLine }>('/supervisions/figures', { ...asked }),
  supervisedFiguresUrl: (asked: SupervisedAsked) => address('/supervisions/figures.csv', { ...asked }),
  supervisionsUrl: (asked: SupervisionsAsked) => address('/supervisions/export.csv', { ...asked }),
  notices: (unread: boolean, after: string | null) => get<Page<Notice>>('/notices', { unread, after, limit: 50 }),
  readNotice: (id: number) => post<{ read: number }>(`/notices/${id}/read`),
  readAll: () => post<{ read: number }>('/notices/read'),
  ports: () => get<PortChoice[]>('/notices/ports'),
  choosePort: (port: string, wanted: boolean) => put<PortChoice[]>(`/notices/ports/${port}`, { wanted }),
  outgoing: (state: string, after: string | null) => get<Page<OutgoingRow>>('/outgoing', { state, after, limit: 50 }),
  sendAgain: (id: number) => post<{ ok: boolean }>(`/outgoing/${id}/retry`),
}
