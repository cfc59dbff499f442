/** Resumable upload in parts by offset (tus semantics), and the mandates that say what may be delivered. */
import { get, patch, post, remove } from './client'

export interface Upload {
  id: string
  delivery: number
  no: string
  county: string
  county_name: string
  period: string
  mandate: string
  kind: string
  name: string
  size: number
  offset: number
  percent: number
  state: 'open' | 'complete' | 'terminated' | 'expired'
  state_title: string
  part_bytes: number
  expires: string
  created_by: string
}

/** What is delivered; empty texts and lists mean: nothing said. */
export interface Order {
  mandate: string
  county: string
  period: string
  kind: string
  comment: string
  against: string
  layers: string[]
  villages: string[]
  encoding: string
  crs: string
}

export interface Mandate {
  id: string
  title: string
  organ: string
  organ_title: string
  /** False where nothing says that it must be sent each period. */
  owed: boolean
  cadence: 'yearly' | 'quarterly' | 'monthly'
  reference: string | null
  current_period: string
  kinds: { id: string; title: string }[]
  files: string[]
  precursor: Choice
  partial: Choice
  comment: Choice
  levels: { level: string; title: string; verb: string; verb_title: string; optional: boolean }[]
  villages: Record<string, string>
  feed: { source: string; licence: string } | null
  tree: { title: string; pattern: string; required: boolean; dpi: number | null }[]
  layers: { layer: string; name: string; title: string; required: boolean }[]
}

type Choice = 'forbidden' | 'optional' | 'required'

/** What the next delivery of a county starts from: last answers to the guards, sealed deliveries to build on. */
export interface Start {
  encoding: string
  crs: number | null
  from: string | null
  decisions: { what: string; subject: string; value: string; by: string; at: string; shown: string }[]
  bases: { no: string; period: string; kind: string; state: string; editions: { id: number; layer: string; title: string; digest: string }[] }[]
}

export const mandates = {
  list: () => get<{ items: Mandate[] }>('/mandates'),
  start: (mandate: string, county: string) => get<Start>(`/mandates/${mandate}/start`, { county }),
}

export const uploads = {
  begin: (order: Order, file: { name: string; size: number }, command: string) =>
    post<Upload>('/uploads', { ...order, crs: order.crs || null, name: file.name, size: file.size, command }),
  open: () => get<{ items: Upload[] }>('/uploads'),
  read: (id: string) => get<Upload>(`/uploads/${id}`),
  /** Sends the bytes from `offset` on; the answer is the offset up to which the node has them. */
  append: async (id: string, offset: number, bytes: Blob, checksum: string, signal: AbortSignal): Promise<number> => {
    const headers: Record<string, string> = {
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': String(offset),
      'Tus-Resumable': '1.0.0',
    }
    if (checksum) headers['Upload-Checksum'] = checksum
    const told = await patch(`/uploads/${id}`, bytes, headers, signal)
    return Number(told.get('Upload-Offset') ?? offset + bytes.size)
  },
  cancel: (id: string) => remove(`/uploads/${id}`),
}

/** `sha256 <base64>` of a part; empty where the browser has no digests (plain http on another machine). */
export async function checksumOf(bytes: Blob): Promise<string> {
  if (!globalThis.crypto?.subtle) return ''
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer()))
  return `sha256 ${btoa(String.fromCharCode(...digest))}`
}
