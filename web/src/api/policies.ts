import { address, get } from './client'
import type { Page } from './shapes'

/** One time that a policy of people acted in a case. */
export interface PolicyAct {
  id: number
  case: { id: number; no: string; title: string }
  region: string
  region_name: string
  at: string
  policy: string
  policy_title: string
  way: string
  way_title: string
  node_title: string
  person: string
  holder: string
  reason: string
}

/** How often each policy acted in a county, or in all. */
export type PolicyLine = { region: string; region_name: string } & Record<string, number | string>

export interface PoliciesAsked {
  policy: string
  region: string
  since: string
  until: string
}

/** The policies of people, in the words of a list. */
export const POLICIES: [string, string][] = [
  ['nobody_found', '无人可办'],
  ['own_application', '本人提交'],
  ['avoidance', '回避'],
  ['same_person_twice', '同一人再办'],
  ['holder_leaves', '离任'],
]

export const policies = {
  page: (asked: PoliciesAsked, after: string | null) => get<Page<PolicyAct>>('/cases/policies', { ...asked, after, limit: 50 }),
  figures: (asked: PoliciesAsked) => get<{ items: PolicyLine[]; total: PolicyLine }>('/cases/policies/figures', { ...asked }),
  tableUrl: (asked: PoliciesAsked) => address('/cases/policies/export.csv', { ...asked }),
}
