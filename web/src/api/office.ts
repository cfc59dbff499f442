import { get } from './client'
import type { Page, Region } from './shapes'

export interface AuditRow {
  seq: number
  chain: string
  at: string
  actor: string
  organ_name: string
  action: string
  action_title: string
  object: string | string[]
  detail: unknown
}

export interface AuditHead {
  chain: string
  seq?: number
  count?: number
  digest?: string
  head?: string
  at?: string | null
  [name: string]: unknown
}

export interface HealthCheck {
  name?: string
  title?: string
  ok?: boolean
  state?: string
  detail?: string
  [name: string]: unknown
}

export interface Health {
  node: string
  title?: string
  zone: string
  database: unknown
  worker: unknown
  exchange: Record<string, unknown> | null
  checks: HealthCheck[]
}

export const office = {
  regions: () => get<{ items: Region[] }>('/regions'),
  audit: (filter: { county: string; q: string }, after: string | null) =>
    get<Page<AuditRow>>('/audit', { ...filter, after, limit: 50 }),
  heads: () => get<{ items: AuditHead[] } | AuditHead[]>('/audit/heads'),
  health: () => get<Health>('/health'),
  exchange: () => get<Record<string, unknown>>('/exchange'),
}
