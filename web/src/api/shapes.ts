/** Shapes shared by several parts of the API. Numbers of square metres may arrive as text, to keep every digit. */
export type Measure = number | string

export interface Page<T> {
  items: T[]
  next: string | null
}

export type Bounds = [number, number, number, number]

export interface Geometry {
  type: string
  coordinates: unknown
}

export interface Feature<P = Record<string, unknown>> {
  type: 'Feature'
  id?: string | number
  geometry: Geometry | null
  properties: P
}

export interface FeatureCollection<P = Record<string, unknown>> {
  type: 'FeatureCollection'
  features: Feature<P>[]
  next?: string | null
}

export type Zone = 'inner' | 'outer'

export interface Person {
  id: number
  user: string
  name: string
  organ: string
  organ_name: string
  region: string
  region_name: string
  roles: string[]
  role_titles: string[]
}

export interface NodeInfo {
  name: string
  zone: Zone
  title: string
  sample: boolean
}

export interface Me {
  person: Person
  node: NodeInfo
  csrf: string
  permissions: string[]
  counts: { todo: number; notices: number }
  bounds: Bounds | null
}

export interface Region {
  code: string
  name: string
  level: 'province' | 'city' | 'county' | 'town'
  parent: string | null
}

export type Lamp = 'green' | 'yellow' | 'red' | 'none'

/** Something a person may do here, or why not. */
/** Where the case of a record stands: who has it now, how long there is. */
export interface CaseStanding {
  id: number
  no: string
  status: string
  status_title: string
  due: string | null
  days_left: number | null
  lamp: Lamp
  waits: { title: string; region_name: string; holder: string }[]
}

export interface Action {
  id: string
  title: string
  enabled: boolean
  reason: string
  needs: string[]
  task?: number | string | null
  primary: boolean
  consequence: string
  /** What is chosen with it, in words, where that is not the same for every case. */
  asks?: string
}

export interface CorrectionItem {
  kind: 'field' | 'paper' | 'vertex'
  target: string
  text: string
}

export interface ActionBody {
  task?: number | string | null
  opinion?: string
  to?: number | string | null
  items?: CorrectionItem[]
  command: string
}
