// A small stand-in for an inner node, for `npm run dev` without one. Never part of the build.
import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Plugin } from 'vite'

import * as data from './fixtures.ts'

type Answer = unknown | ((query: URLSearchParams) => unknown)

let signedIn = false

const ROUTES: [RegExp, Answer][] = [
  [/^\/health$/, data.health],
  [/^\/me$/, () => (signedIn ? data.me : { status: 401 })],
  [/^\/login$/, () => ((signedIn = true), { csrf: 'x', token: 't', person: data.me.person })],
  [/^\/logout$/, () => ((signedIn = false), {})],
  [/^\/regions$/, data.regions],
  [/^\/tasks$/, (q: URLSearchParams) => (q.get('box') === 'todo' ? data.tasks : { items: [], next: null })],
  [/^\/cases$/, data.caseList],
  [/^\/cases\/\d+$/, data.caseRecord],
  [/^\/cases\/\d+\/actions\//, data.caseRecord],
  [/^\/cases\/\d+\/screening\.geojson$/, data.pieces],
  [/^\/cases\/\d+\/handover-targets$/, [{ id: 9, name: '王芳', organ_name: '肥西县自然资源和规划局' }]],
  [/^\/deliveries$/, data.deliveryList],
  [/^\/deliveries\/expected$/, data.expected],
  [/^\/deliveries\/\d+$/, data.deliveryRecord],
  [/^\/deliveries\/\d+\/findings$/, data.findings],
  [/^\/deliveries\/\d+\/preview\.geojson$/, data.patches],
  [/^\/control-areas$/, data.controlAreas],
  [/^\/layers$/, data.layers],
  [/^\/outlines\.geojson$/, data.outlines],
  [/^\/layers\/[^/]+\/identify$/, data.identified],
  [/^\/layers\/[^/]+\/features$/, data.patches],
  [/^\/layers\/[^/]+\/statistics$/, data.statistics],
  [/^\/layers\/[^/]+\/changes$/, data.changes],
  [/^\/layers\/[^/]+\/flow$/, data.flow],
  [/^\/audit$/, data.audit],
  [/^\/audit\/heads$/, data.heads],
  [/^\/exchange$/, data.exchange],
]

function serve(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const url = new URL(request.url ?? '/', 'http://x')
  if (!url.pathname.startsWith('/api/')) return next()
  if (url.pathname.endsWith('.mvt')) {
    response.statusCode = 200
    response.end()
    return
  }
  const path = url.pathname.slice(4)
  const found = ROUTES.find(([pattern]) => pattern.test(path))
  const answer = typeof found?.[1] === 'function' ? (found[1] as (q: URLSearchParams) => unknown)(url.searchParams) : found?.[1]
  const refused = (answer as { status?: number } | undefined)?.status === 401
  response.setHeader('Content-Type', 'application/json')
  response.statusCode = refused ? 401 : found ? 200 : 404
  response.end(JSON.stringify(refused || !found ? { code: 'ZY-FAKE-404', message: '没有这个地址', remedy: '', facts: {} } : answer))
}

export function fakeNode(): Plugin {
  return { name: 'fake-node', configureServer: (server) => void server.middlewares.use(serve) }
}
