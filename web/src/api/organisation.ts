/** 组织机构、人员、岗位: everything is read as of a day; each change has its first day and its reason. */
import { address, get, post } from './client'

export interface UnitNode {
  code: string
  name: string
  kind: 'organ' | 'division' | 'station' | 'external'
  kind_title: string
  region: string
  region_name: string
  parent: string | null
  since: string
  until: string | null
  people: number
  head: string
}

export interface Organisation {
  day: string
  items: UnitNode[]
  may_change: boolean
  may_appoint: boolean
}

export interface UnitPost {
  id: number
  person: number
  name: string
  user: string
  active: boolean
  role: string
  role_title: string
  title: string
  head: boolean
  rank: string
  since: string
  until: string | null
}

export interface UnitPerson {
  id: number
  name: string
  user: string
  active: boolean
  since: string
  until: string | null
}

export interface OrganChange {
  id: number
  at: string
  day: string
  actor: string
  organ_name: string
  act: string
  act_title: string
  text: string
  reason: string
}

export interface UnitRecord extends Omit<UnitNode, 'people' | 'head'> {
  day: string
  path: { code: string; name: string }[]
  terms: { name: string; parent: string | null; parent_name: string; since: string; until: string | null }[]
  posts: UnitPost[]
  people: UnitPerson[]
  changes: OrganChange[]
  roles: { id: string; title: string }[]
  ranks: string[]
  may_change: boolean
  may_appoint: boolean
  is_unit: boolean
}

export interface Staff {
  id: number
  name: string
  user: string
  active: boolean
}

export type Sent = Record<string, string | number | boolean | null>

const unit = (code: string): string => `/units/${encodeURIComponent(code)}`

export const organisation = {
  tree: (asked: { day: string; region: string; q: string }) => get<Organisation>('/organisation', asked),
  tableUrl: (asked: { day: string; region: string }) => address('/organisation.csv', asked),
  unit: (code: string, day: string) => get<UnitRecord>(unit(code), { day }),
  staff: (organ: string) => get<{ items: Staff[] }>(`${unit(organ)}/staff`),
  addUnit: (body: Sent) => post<UnitRecord>('/units', body),
  rename: (code: string, body: Sent) => post<UnitRecord>(`${unit(code)}/name`, body),
  move: (code: string, body: Sent) => post<UnitRecord>(`${unit(code)}/parent`, body),
  close: (code: string, body: Sent) => post<UnitRecord>(`${unit(code)}/close`, body),
  enter: (body: Sent) => post<{ id: number; user: string; name: string; password: string }>('/people', body),
  movePerson: (person: number, body: Sent) => post<unknown>(`/people/${person}/unit`, body),
  deactivate: (person: number, body: Sent) => post<unknown>(`/people/${person}/deactivate`, body),
  reactivate: (person: number, body: Sent) => post<unknown>(`/people/${person}/reactivate`, body),
  password: (person: number, body: Sent) => post<{ password: string }>(`/people/${person}/password`, body),
  appoint: (body: Sent) => post<UnitRecord>('/posts', body),
  endPost: (id: number, body: Sent) => post<unknown>(`/posts/${id}/end`, body),
}
