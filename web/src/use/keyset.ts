/** A list read page by page with the cursor the server gave (keyset paging). */
import { markRaw, onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

import { asApiError, type ApiError } from '@/api/errors'
import type { Page } from '@/api/shapes'
import { WAIT_BEFORE_SHOWING } from './load'

export interface Keyset<T> {
  items: ShallowRef<T[]>
  next: Ref<string | null>
  error: Ref<ApiError | null>
  busy: Ref<boolean>
  slow: Ref<boolean>
  /** True once the first page has been read. */
  read: Ref<boolean>
  restart: () => Promise<void>
  more: () => Promise<void>
}

export function useKeyset<T>(fetchPage: (after: string | null) => Promise<Page<T>>): Keyset<T> {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const error = ref<ApiError | null>(null)
  const busy = ref(false)
  const slow = ref(false)
  const read = ref(false)
  let turn = 0

  async function take(after: string | null, before: () => T[]): Promise<void> {
    const mine = ++turn
    busy.value = true
    const timer = setTimeout(() => (slow.value = mine === turn), WAIT_BEFORE_SHOWING)
    try {
      const page = await fetchPage(after)
      if (mine !== turn) return
      items.value = [...before(), ...page.items]
      next.value = page.next
      error.value = null
      read.value = true
    } catch (problem) {
      if (mine === turn) error.value = asApiError(problem)
    } finally {
      clearTimeout(timer)
      if (mine === turn) busy.value = slow.value = false
    }
  }

  onScopeDispose(() => (turn += 1))
  return markRaw({
    items,
    next,
    error,
    busy,
    slow,
    read,
    restart: () => take(null, () => []),
    more: async () => {
      if (next.value && !busy.value) await take(next.value, () => items.value)
    },
  })
}
