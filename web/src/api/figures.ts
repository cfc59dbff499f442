/** Figures of cases as the interface tells and asks them. */

/** One line of the supervision figures; all of it counted from events. */
export interface ClockFigures {
  region: string
  region_name: string
  matter: string
  matter_title: string
  decided: number
  on_time: number
  late: number
  late_by_law: number
  running: number
  standing: number
  running_late: number
  yellow: number
  extended: number
  average_used: string | null
  stopped: { kind: string; cases: number; days: number }[]
}

export interface FiguresAsked {
  region: string
  level: string
  since: string
  until: string
}

/** One line of what happened to cases, per region (and month). */
export interface SupervisionLine {
  region: string
  region_name: string
  month: string
  received: number
  accepted: number
  decided: number
  withdrawn: number
  returned: number
  recalled: number
  corrected: number
  urged: number
  supervised: number
  jumped: number
  terminated: number
  consulted: number
  late: number
  running: number | null
  running_late: number | null
  yellow: number | null
  mean_used: string | null
  median_used: string | null
  stops: { kind: string; count: number; days: number }[]
}

export type SupervisionAsked = FiguresAsked & { months: boolean }

/** One line of what submissions were like. */
export interface QualityLine {
  key: string
  title: string
  received: number
  settled: number
  first_pass: number
  first_pass_share: string | null
  rounds: number
  field: number
  paper: number
  vertex: number
  average_score: string | null
}

export interface QualityAsked {
  group: string
  region: string
  since: string
  until: string
}
