/** 委托代理: who acts for whom, in what, between which days, by which letter. */
import { address, get, post, upload } from './client'

export type ProxyState = 'standing' | 'coming' | 'over' | 'ended'

export interface ProxyRow {
  id: number
  /** True where the reader gave it, false where he received it. */
  given: boolean
  principal_name: string
  proxy_name: string
  matters: { id: string; title: string }[]
  since: string
  until: string
  reason: string
  letter: { name: string; size: number; digest: string }
  given_at: string
  state: ProxyState
  ended: string | null
  ended_by: string
  ended_reason: string
}

export interface ProxyOrder {
  proxy: number
  since: string
  until: string
  reason: string
  matters: string[]
  letter: File
}

export interface Eligible {
  items: { id: number; name: string; organ_name: string }[]
  matters: { id: string; title: string }[]
}

function formOf(order: ProxyOrder): FormData {
  const form = new FormData()
  for (const name of ['proxy', 'since', 'until', 'reason'] as const) form.append(name, String(order[name]))
  for (const matter of order.matters) form.append('matters', matter)
  form.append('letter', order.letter)
  return form
}

export const proxies = {
  list: () => get<{ items: ProxyRow[] }>('/proxies'),
  eligible: () => get<Eligible>('/proxies/eligible'),
  give: (order: ProxyOrder) => upload<{ items: ProxyRow[] }>('/proxies', formOf(order)),
  end: (id: number, reason: string) => post<{ items: ProxyRow[] }>(`/proxies/${id}/end`, { reason }),
  letterUrl: (id: number) => address(`/proxies/${id}/letter`),
}
