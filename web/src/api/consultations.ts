/** Services of documents (送达) and requests for an opinion (征求意见), on a case and as lists of one's organ. */
import type { CaseRecord } from './cases'
import { address, get, post, upload } from './client'
import type { Page } from './shapes'

interface Kept {
  name: string
  digest: string
  size: number
}

export interface ServiceAttempt {
  of: string
  way: string
  at: string
  served: boolean
  receiver: string
  note: string
  proof: Kept | null
  effective: string | null
  by: string
  organ: string
}

/** One thing to serve: an issued document or a list of what is to be mended. */
export interface ServiceItem {
  of: string
  title: string
  no: string
  day: string
  due: string | null
  provisional: boolean
  late: boolean
  state: 'waiting' | 'noticed' | 'served' | 'answered'
  state_title: string
  effective: string | null
  attempts: ServiceAttempt[]
}

export interface ServeAct {
  id: string
  title: string
  of: string
  enabled: boolean
  reason: string
  consequence: string
}

export interface Serving {
  items: ServiceItem[]
  acts: ServeAct[]
  ways: { way: string; receiver: string; proof: string }[]
}

/** Of a decided case in a list: where the service of its decision stands. */
export interface ServingShort {
  state: ServiceItem['state']
  state_title: string
  due: string | null
  late: boolean
  provisional: boolean
}

export interface ConsultAct {
  id: 'consultation.ask' | 'consultation.answer' | 'consultation.recall' | 'consultation.enter'
  title: string
  enabled: boolean
  reason: string
  number: number | null
  consequence: string
}

export interface ConsultAnswer {
  verdict: string
  verdict_title?: string
  text: string
  letter_no: string
  letter: (Kept & { url?: string }) | null
  by: string
  organ: string
  at: string
}

export interface CaseConsultation {
  number: number
  to_name: string
  from_name: string
  question: string
  papers: Kept[]
  due: string
  by: string
  at: string
  state: string
  state_title: string
  overdue: boolean
  answer: ConsultAnswer | null
  recalled?: { reason: string; by: string; at: string }
}

export interface Consulting {
  items: CaseConsultation[]
  acts: ConsultAct[]
  stop: { counts: boolean; basis: string; why: string }
  verdicts: Record<string, string>
}

/** One request as a row and as a page: never more of the case than was enclosed. */
export interface Consultation {
  id: number
  case: number | null
  box: 'in' | 'out'
  number: number
  case_no: string
  title: string
  from_name: string
  to_name: string
  question: string
  papers: (Kept & { url: string })[]
  asked: string
  due: string
  overdue: boolean
  state: string
  state_title: string
  answer: ConsultAnswer | null
  verdicts: Record<string, string>
  actions: ConsultAct[]
}

export interface ConsultFilter {
  box: string
  state: string
  q: string
}

export interface OrganChoice {
  code: string
  name: string
  region: string
}

export interface Opinion {
  verdict: string
  text: string
  letter_no: string
  letter: File | null
  command: string
}

function opinionForm({ letter, ...texts }: Opinion): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(texts)) form.set(name, value)
  if (letter) form.set('letter', letter)
  return form
}

export const consultations = {
  serve: (
    id: string,
    { proof, served, ...texts }: { of: string; way: string; at: string; served: boolean; receiver: string; note: string; proof: File | null; command: string },
  ) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(texts)) if (value) form.set(name, value)
    form.set('served', String(served))
    if (proof) form.set('proof', proof)
    return upload<CaseRecord>(`/cases/${id}/services`, form)
  },
  fileUrl: (id: string, digest: string) => address(`/cases/${id}/files/${digest}`),
  ask: (
    id: string,
    body: { to_organ: string; to_name: string; question: string; papers: number[]; due: string | null; stop: boolean; basis: string; command: string },
  ) => post<CaseRecord>(`/cases/${id}/consultations`, body),
  enter: (id: string, number: number, opinion: Opinion) => upload<CaseRecord>(`/cases/${id}/consultations/${number}/answer`, opinionForm(opinion)),
  recall: (id: string, number: number, body: { reason: string; command: string }) => post<CaseRecord>(`/cases/${id}/consultations/${number}/recall`, body),
  list: (filter: ConsultFilter, after: string | null) => get<Page<Consultation>>('/consultations', { ...filter, after, limit: 50 }),
  read: (id: string) => get<Consultation>(`/consultations/${id}`),
  answer: (id: number, opinion: Opinion) => upload<Consultation>(`/consultations/${id}/answer`, opinionForm(opinion)),
  organs: (q = '') => get<{ items: OrganChoice[] }>('/consultations/organs', { q }),
  exportUrl: (filter: ConsultFilter) => address('/consultations/export.csv', { ...filter }),
}
