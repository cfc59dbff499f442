import type { Tone } from '@/components/StateTag/StateTag.vue'

export const TONES: Record<string, Tone> = {
  draft: 'warning',
  returned: 'danger',
  reviewed: 'notice',
  signed: 'notice',
  published: 'ok',
  discarded: 'plain',
}

/** The month before a day, as `2026-10`. */
export function lastMonth(today: Date): string {
  const before = new Date(today.getFullYear(), today.getMonth() - 1, 1)
  return `${before.getFullYear()}-${String(before.getMonth() + 1).padStart(2, '0')}`
}
