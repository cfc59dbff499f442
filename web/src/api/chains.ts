/** Chains of business (业务链条): each stage against those it must come after, over what stands on the map. */
import { address, get } from './client'
import type { Severity } from './deliveries'

export interface ChainListed {
  id: string
  title: string
  source: string
  confidence: string
  stages: { id: string; title: string; layer: string | null }[]
}

export interface ChainProblem {
  check: string
  title: string
  severity: Severity
  stage: string
  stage_title: string
  layer: string | null
  county: string
  key: string
  chain_key: string
  message: string
  value: string | null
  expected: string | null
}

export interface ChainReport {
  chain: string
  title: string
  source: string
  confidence: string
  on: string
  county: string | null
  stages: { id: string; title: string; layer: string | null; rows: number; ready: boolean }[]
  checks: { id: string; title: string; severity: Severity; count: number }[]
  items: ChainProblem[]
  total: number
  left_off: number
}

export const chains = {
  list: () => get<ChainListed[]>('/chains'),
  report: (chain: string, county: string) => get<ChainReport>(`/chains/${chain}/report`, { county }),
  reportUrl: (chain: string, county: string) => address(`/chains/${chain}/report.csv`, { county }),
}
