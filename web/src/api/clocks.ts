/** The clock of a case as the interface tells it. */
import type { Lamp } from './shapes'

/** A stop of the clock (停计时); one that counts not is shown and stops nothing, and `why` says so. */
export interface ClockStop {
  kind: string
  basis: string
  by: string
  organ?: string
  from: string
  to: string | null
  counts?: boolean
  why?: string
  reason?: string
  ended_by?: string
  paper?: { id: number; name: string; digest: string } | null
}

/** Days after `after` up to and with `until`, `days` of them worked; `kind` is empty while the clock ran. */
export interface ClockInterval {
  after: string
  until: string
  days: number
  provisional: boolean
  stop: number | null
  kind: string
  basis: string
  by: string
}

export interface ClockLimit {
  left: number
  due: string
  provisional: boolean
  lamp: Lamp
}

export interface Extension {
  state: 'proposed' | 'approved' | 'refused'
  days: number
  reason: string
  by: string
  at: string
  opinion?: string
  answered_by?: string
}

export interface ClockAct {
  id: 'case.stop_clock' | 'case.resume_clock' | 'case.extend' | 'case.approve_extension'
  title: string
  enabled: boolean
  reason: string
  stop: number | null
  consequence: string
}

export interface StopKind {
  kind: string
  counts: boolean
  basis: string
  why: string
}

export interface CaseClock {
  statutory: number
  promised: number
  extended: number
  used: number
  stopped: number
  stopped_by: Record<string, number>
  standing: string
  left: number | null
  due: string | null
  provisional: boolean
  lamp: Lamp
  statutory_limit: ClockLimit | null
  intervals: ClockInterval[]
  stops: ClockStop[]
  extension: Extension | null
  notify_due: string | null
  acts: ClockAct[]
  kinds: StopKind[]
  longest_extension: number | null
}
