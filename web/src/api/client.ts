/**
 * The only place that talks to the node. Every screen goes through here, so the CSRF header,
 * the error object and the way back to sign-in are written once.
 */
import { readError, unreachable } from './errors'

export type Query = Record<string, string | number | boolean | null | undefined>

let csrf = ''
let onSignedOut: () => void = () => undefined

export function setCsrf(value: string): void {
  csrf = value
}

/** Called when the node answers 401: the session has ended. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

/** The address of an API resource, for requests and for plain links (downloads). */
export function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
  return `/api${path}${search ? `?${search}` : ''}`
}

interface Answered {
  text: string
  headers: Headers
}

/** One request; its refusals as ApiError. `signal` breaks it off (the caller asked for that and knows it). */
async function exchange(method: string, url: string, body?: BodyInit, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Answered> {
  let response: Response
  try {
    response = await fetch(url, {
      method,
      body,
      signal,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', ...(method === 'GET' ? {} : { 'X-CSRFToken': csrf }), ...headers },
    })
  } catch {
    throw unreachable()
  }
  const text = await response.text().catch(() => '')
  if (response.ok) return { text, headers: response.headers }
  if (response.status === 401) onSignedOut()
  throw readError(response.status, text)
}

async function send(method: string, url: string, body?: BodyInit, headers: Record<string, string> = {}): Promise<string> {
  return (await exchange(method, url, body, headers)).text
}

function parse<T>(text: string): T {
  try {
    return (text ? JSON.parse(text) : null) as T
  } catch {
    throw readError(200, text)
  }
}

export async function get<T>(path: string, query: Query = {}): Promise<T> {
  return parse<T>(await send('GET', address(path, query)))
}

export async function put<T>(path: string, body: unknown = {}): Promise<T> {
  return parse<T>(await send('PUT', address(path), JSON.stringify(body), { 'Content-Type': 'application/json' }))
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  return parse<T>(await send('POST', address(path), JSON.stringify(body), { 'Content-Type': 'application/json' }))
}

export async function remove(path: string): Promise<void> {
  await send('DELETE', address(path))
}

/** Sends one part of a file; the headers of the answer say how far the node has it. */
export async function patch(path: string, body: Blob, headers: Record<string, string>, signal?: AbortSignal): Promise<Headers> {
  return (await exchange('PATCH', address(path), body, headers, signal)).headers
}

/** Sends a form with files and tells how far it got (0 to 1). */
export function upload<T>(path: string, form: FormData, onProgress: (part: number) => void = () => undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address(path))
    request.setRequestHeader('X-CSRFToken', csrf)
    request.setRequestHeader('Accept', 'application/json')
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onerror = () => reject(unreachable())
    request.onload = () => {
      if (request.status === 401) onSignedOut()
      if (request.status >= 400) return reject(readError(request.status, request.responseText))
      try {
        resolve(parse<T>(request.responseText))
      } catch (problem) {
        reject(problem)
      }
    }
    request.send(form)
  })
}

/** An id that makes one command count once, however often it is sent. */
export function newCommand(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
