import { afterEach, expect, test, vi } from 'vitest'

import { address, get, newCommand, post, setCsrf, whenSignedOut } from './client'
import { ApiError } from './errors'

afterEach(() => vi.unstubAllGlobals())

function answer(status: number, body: string): ReturnType<typeof vi.fn> {
  const fetch = vi.fn(async () => new Response(body, { status }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}

test('an address leaves out what was not chosen', () => {
  expect(address('/tasks', { box: 'todo', q: '', after: null, limit: 50 })).toBe('/api/tasks?box=todo&limit=50')
})

test('only unsafe methods carry the CSRF header', async () => {
  const fetch = answer(200, '{}')
  setCsrf('abc')
  await get('/me')
  await post('/logout')
  expect(fetch.mock.calls[0]![1].headers).not.toHaveProperty('X-CSRFToken')
  expect(fetch.mock.calls[1]![1].headers['X-CSRFToken']).toBe('abc')
})

test('the error object of the API arrives whole', async () => {
  answer(422, JSON.stringify({ code: 'ZY-DLV-003', message: '不是 zip', remedy: '请重新打包', facts: { fields: { file: '不是 zip' } } }))
  const error = await get('/x').catch((problem: unknown) => problem)
  expect(error).toBeInstanceOf(ApiError)
  expect((error as ApiError).code).toBe('ZY-DLV-003')
  expect((error as ApiError).fields).toEqual({ file: '不是 zip' })
})

test('an ended session leads back to sign-in', async () => {
  const led = vi.fn()
  whenSignedOut(led)
  answer(401, JSON.stringify({ code: 'ZY-KRN-001', message: '未登录', remedy: '请登录', facts: {} }))
  await get('/me').catch(() => null)
  expect(led).toHaveBeenCalledOnce()
})

test('an unreadable answer and a dead line have words of their own', async () => {
  answer(502, '<html>bad gateway</html>')
  expect(((await get('/x').catch((problem: unknown) => problem)) as ApiError).code).toBe('ZY-WEB-002')
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')))
  expect(((await get('/x').catch((problem: unknown) => problem)) as ApiError).code).toBe('ZY-WEB-001')
})

test('command ids differ and are UUIDs', () => {
  const ids = new Set(Array.from({ length: 50 }, newCommand))
  expect(ids.size).toBe(50)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
