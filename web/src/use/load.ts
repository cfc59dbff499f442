/** Loading one thing for a screen: stale answers are dropped, waiting shows only after 300 ms. */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

import { asApiError, type ApiError } from '@/api/errors'

export const WAIT_BEFORE_SHOWING = 300

export interface Load<T> {
  data: ShallowRef<T | null>
  error: Ref<ApiError | null>
  /** True once the answer has taken longer than 300 ms. */
  slow: Ref<boolean>
  busy: Ref<boolean>
  run: () => Promise<void>
}

export function useLoad<T>(fetch: () => Promise<T>): Load<T> {
  const data = shallowRef<T | null>(null)
  const error = ref<ApiError | null>(null)
  const slow = ref(false)
  const busy = ref(false)
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function settle(): void {
    clearTimeout(timer)
    slow.value = false
    busy.value = false
  }

  async function run(): Promise<void> {
    const mine = ++turn
    busy.value = true
    clearTimeout(timer)
    timer = setTimeout(() => (slow.value = busy.value), WAIT_BEFORE_SHOWING)
    try {
      const answer = await fetch()
      if (mine !== turn) return
      data.value = answer
      error.value = null
    } catch (problem) {
      if (mine !== turn) return
      error.value = asApiError(problem)
    }
    if (mine === turn) settle()
  }

  onScopeDispose(() => {
    turn += 1
    clearTimeout(timer)
  })
  return { data, error, slow, busy, run }
}
