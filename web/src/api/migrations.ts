/** 流程升级: dry run, order, run. */
import { address, get, post } from './client'

export type Verdict = 'move' | 'stay' | 'refuse'
export type OrderState = 'made' | 'replaced' | 'signed' | 'running' | 'done'

export interface PlanLine {
  id: number
  case: string
  from: string
  region_name: string
  verdict: Verdict
  verdict_title: string
  reason: string
  rows: string[]
  due: [string | null, string | null]
  missing: string[]
}

export interface OrderLine extends PlanLine {
  outcome: string
  outcome_title: string
  outcome_reason: string
  at: string | null
}

export interface MatterBehind {
  matter: string
  title: string
  version: string
  versions: { version: string; cases: number }[]
  cases: number
}

export interface Plan extends MatterBehind {
  counts: Record<Verdict, number>
  items: PlanLine[]
  shown: number
}

export interface OrderAct {
  id: 'migration.sign' | 'migration.run'
  title: string
  enabled: boolean
  reason: string
}

export interface OrderHead {
  id: number
  matter: string
  title: string
  version: string
  state: OrderState
  state_title: string
  reason: string
  made_name: string
  made: string
  signed_name: string
  signed: string | null
  opinion: string
  outcomes: Record<'moved' | 'stayed' | 'refused' | 'over' | 'waiting', number>
  total: number
  acts: OrderAct[]
}

export interface Order extends OrderHead {
  items: OrderLine[]
  next: number | null
}

export const migrations = {
  overview: () => get<{ matters: MatterBehind[]; orders: OrderHead[] }>('/migrations'),
  plan: (matter: string) => get<Plan>('/migrations/plan', { matter }),
  planUrl: (matter: string) => address('/migrations/plan.csv', { matter }),
  make: (body: { matter: string; reason: string; command: string }) => post<Order>('/migrations', body),
  order: (id: number) => get<Order>(`/migrations/${id}`),
  orderUrl: (id: number) => address(`/migrations/${id}/lines.csv`),
  sign: (id: number, body: { opinion: string; command: string }) => post<Order>(`/migrations/${id}/sign`, body),
  run: (id: number, body: { command: string }) => post<Order>(`/migrations/${id}/run`, body),
}
