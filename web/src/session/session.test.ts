import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { session } from './session'

const ME = {
  person: { id: 1, name: '张伟', roles: ['data_officer'], role_titles: ['数据员'], region: '340123' },
  node: { zone: 'inner' },
  csrf: 'c1',
  permissions: ['delivery.submit'],
  counts: { todo: 0 },
  bounds: null,
}

function answers(by: Record<string, [number, unknown]>): ReturnType<typeof vi.fn> {
  const fetch = vi.fn(async (url: string) => {
    const [status, body] = by[url] ?? [404, { code: 'ZY-X-404', message: '没有', remedy: '' }]
    return new Response(JSON.stringify(body), { status })
  })
  vi.stubGlobal('fetch', fetch)
  return fetch
}

beforeEach(() => {
  session.forget()
  localStorage.clear()
})
afterEach(() => vi.unstubAllGlobals())

test('after signing in the person, his permissions and roles are known', async () => {
  answers({ '/api/login': [200, { csrf: 'c0' }], '/api/me': [200, ME], '/api/regions': [200, { items: [] }] })
  await session.signIn('a', 'b')
  expect(session.person.value?.name).toBe('张伟')
  expect(session.may('delivery.submit')).toBe(true)
  expect(session.may('delivery.accept')).toBe(false)
  expect(session.hasRole('data_officer')).toBe(true)
})

test('signing out forgets everything even when the line is dead', async () => {
  answers({ '/api/login': [200, { csrf: 'c0' }], '/api/me': [200, ME], '/api/regions': [200, { items: [] }] })
  await session.signIn('a', 'b')
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('dead')))
  await session.signOut()
  expect(session.me.value).toBeNull()
  expect(session.may('delivery.submit')).toBe(false)
})

test('a first visit asks the node nothing in vain', async () => {
  const fetch = answers({})
  expect(await session.known()).toBeNull()
  expect(fetch).not.toHaveBeenCalled()
})
