import { effectScope } from 'vue'
import { expect, test } from 'vitest'

import { ApiError } from '@/api/errors'
import { useKeyset } from './keyset'

function within<T>(act: () => T): T {
  return effectScope().run(act)!
}

test('pages are appended in order until the server gives no cursor', async () => {
  const pages: Record<string, { items: number[]; next: string | null }> = {
    start: { items: [1, 2], next: 'b' },
    b: { items: [3], next: null },
  }
  const list = within(() => useKeyset<number>(async (after) => pages[after ?? 'start']!))
  await list.restart()
  await list.more()
  await list.more()
  expect(list.items.value).toEqual([1, 2, 3])
  expect(list.next.value).toBeNull()
})

test('an answer that arrives after a newer question is dropped', async () => {
  const waiting: ((page: { items: string[]; next: null }) => void)[] = []
  const list = within(() => useKeyset<string>(() => new Promise((resolve) => waiting.push(resolve))))
  const old = list.restart()
  const young = list.restart()
  waiting[1]!({ items: ['new'], next: null })
  waiting[0]!({ items: ['old'], next: null })
  await Promise.all([old, young])
  expect(list.items.value).toEqual(['new'])
})

test('a failed page keeps what was read and tells the error', async () => {
  let failing = false
  const list = within(() =>
    useKeyset<number>(async () => {
      if (failing) throw new ApiError('ZY-X-001', '读不到', '重试', 500)
      return { items: [1], next: 'b' }
    }),
  )
  await list.restart()
  failing = true
  await list.more()
  expect(list.items.value).toEqual([1])
  expect(list.error.value?.code).toBe('ZY-X-001')
  expect(list.busy.value).toBe(false)
})
