/** Findings of a delivery with all that is known of each; exceptions and disputes about them. */
import type { Severity } from './deliveries'
import { address, get, newCommand, post, upload } from './client'
import type { Action, ActionBody, CaseStanding, Geometry, Measure, Page } from './shapes'

export type Standing = 'new' | 'still' | 'fixed'
export type FindingState = 'open' | 'fixed' | 'excepted' | 'disputed' | 'false_alarm'

export interface Finding {
  id: number
  rule: string
  title: string
  kind: string
  family: string
  severity: Severity
  severity_title: string
  layer: string
  key: string
  row: number | null
  file: string | null
  line: number | null
  field: string
  value: string | null
  expected: string | null
  epsg: number | null
  x: number | null
  y: number | null
  lon: number | null
  lat: number | null
  village: string | null
  village_name: string | null
  measure: Measure | null
  unit: string
  partners: string[]
  message: string
  remedy: string
  clause: string | null
  standard: string
  rule_version: string
  duty_title: string
  fingerprint: string
  standing: Standing
  standing_title: string
  state: FindingState
  state_title: string
  since: string | null
  fixed_in: string | null
  exception: { id: number; no: string; state: string; until: string } | null
  dispute: { id: number; no: string; state: string; state_title: string } | null
  actions: ('except' | 'dispute')[]
  geometry: Geometry | null
}

export interface FindingFilter {
  family: string
  rule: string
  severity: string
  state: string
  standing: string
  layer: string
  village: string
  q: string
}

export interface RuleLine {
  rule: string
  title: string
  severity: Severity
  layer: string
  count: number
  listed: number
  excepted: number
}

export interface FamilyCount {
  family: string
  count: number
  error: number
  warning: number
  note: number
  rules: RuleLine[]
}

export interface Counts {
  families: FamilyCount[]
  severities: Record<Severity, number>
  standing: Record<Standing, number>
  states: Partial<Record<FindingState, number>>
  villages: { code: string; name: string | null; count: number }[]
  layers: { layer: string; count: number }[]
  open_errors: number
  score: { points: Measure; full: Measure; grade: string | null; parts: { rule: string; title: string; count: number; deduct: Measure }[]; source: string; since: string } | null
  first_pass: boolean | null
  earlier: { id: number; no: string } | null
  switches: { rule: string; from: string; to: string; reason: string }[]
}

/** Who said what about an exception or a dispute. */
export interface Said {
  at: string
  person: string
  organ_name: string
  act: string
  act_title: string
  text: string
  signed: boolean
}

interface Proof {
  name: string
  size: number
  sm3: string
}

interface Asked {
  id: number
  no: string
  delivery: { id: number; no: string }
  county: string
  county_name: string
  reason: string
  state_title: string
  notes: Said[]
  actions: Action[]
}

export interface FindingException extends Asked {
  rules: string[]
  scope: 'features' | 'region'
  scope_text: string
  features: number
  region: string
  until: string
  days_left: number
  proof: Proof
  state: 'requested' | 'returned' | 'approved' | 'refused' | 'withdrawn' | 'ended'
  requested_at: string
  requested_by: string
  requested_organ: string
  decided_at: string | null
  decided_by: string
  decided_organ: string
  opinion: string
  covers: number
  findings: number[]
  asked_for: number[]
  case: CaseStanding | null
}

export interface Dispute extends Asked {
  finding: Finding
  proof: Proof | null
  state: 'raised' | 'upheld' | 'false_alarm' | 'withdrawn'
  raised_at: string
  raised_by: string
  raised_organ: string
  answered_at: string | null
  answered_by: string
  answered_organ: string
  answer: string
  fixture_url: string | null
}

export interface ExceptionRequest {
  findings: number[]
  reason: string
  until: string
  scope: 'features' | 'region'
  region: string
  proof: File
  command: string
}

export interface Supplement {
  reason: string
  until: string
  proof: File | null
  command: string
}

export interface AskedFilter {
  state: string
  county: string
  delivery: string
}

/** Forms in which findings leave the platform, in the order people ask for them. */
export const REPORTS: { name: string; title: string }[] = [
  { name: 'report.html', title: '质检报告(网页)' },
  { name: 'report.pdf', title: '质检报告 PDF' },
  { name: 'findings.gpkg', title: '错误图层 GPKG' },
  { name: 'findings.csv', title: '问题表 CSV' },
  { name: 'findings.geojson', title: '问题图层 GeoJSON' },
]

export const findings = {
  list: (delivery: string, filter: FindingFilter, after: string | null) =>
    get<Page<Finding>>(`/deliveries/${delivery}/findings`, { ...filter, after, limit: 100 }),
  counts: (delivery: string) => get<Counts>(`/deliveries/${delivery}/findings/counts`),
  reportUrl: (delivery: string, name: string) => address(`/deliveries/${delivery}/${name}`),

  except: (delivery: string, asked: ExceptionRequest) => {
    const form = new FormData()
    form.set('findings', asked.findings.join(','))
    for (const name of ['reason', 'until', 'scope', 'region', 'command'] as const) form.set(name, asked[name])
    form.set('proof', asked.proof)
    return upload<FindingException>(`/deliveries/${delivery}/exceptions`, form)
  },
  exceptions: (filter: AskedFilter, after: string | null) => get<Page<FindingException>>('/exceptions', { ...filter, after, limit: 50 }),
  exception: (id: string) => get<FindingException>(`/exceptions/${id}`),
  exceptionProofUrl: (id: number) => address(`/exceptions/${id}/proof`),
  supplement: (id: number, told: Supplement) => {
    const form = new FormData()
    for (const name of ['reason', 'until', 'command'] as const) form.set(name, told[name])
    if (told.proof) form.set('proof', told.proof)
    return upload<FindingException>(`/exceptions/${id}/supplement`, form)
  },
  decide: (id: number, action: string, body: ActionBody) => post<FindingException>(`/exceptions/${id}/actions/${action}`, body),

  dispute: (finding: number, reason: string, proof: File | null, command = newCommand()) => {
    const form = new FormData()
    form.set('reason', reason)
    form.set('command', command)
    if (proof) form.set('proof', proof)
    return upload<Dispute>(`/findings/${finding}/disputes`, form)
  },
  disputes: (filter: AskedFilter, after: string | null) => get<Page<Dispute>>('/disputes', { ...filter, after, limit: 50 }),
  disputeById: (id: string) => get<Dispute>(`/disputes/${id}`),
  disputeProofUrl: (id: number) => address(`/disputes/${id}/proof`),
  answer: (id: number, action: string, body: ActionBody) => post<Dispute>(`/disputes/${id}/actions/${action}`, body),
}
