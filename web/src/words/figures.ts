/** How figures, days and times are written, once for every screen. */
import type { Measure } from '@/api/shapes'

const SQUARE_METRES_PER_MU = 10_000 / 15

/** A measure from the API as a number, or null where there is none. */
export function asNumber(value: Measure | null | undefined): number | null {
  if (value === null || value === undefined || value === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** Thousands apart, fixed digits: `12,345.60`. */
export function grouped(value: Measure | null | undefined, digits = 0): string {
  const number = asNumber(value)
  if (number === null) return '—'
  return number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

export const hectares = (squareMetres: Measure | null | undefined): string => {
  const number = asNumber(squareMetres)
  return number === null ? '—' : grouped(number / 10_000, 4)
}

export const mu = (squareMetres: Measure | null | undefined): string => {
  const number = asNumber(squareMetres)
  return number === null ? '—' : grouped(number / SQUARE_METRES_PER_MU, 2)
}

const UNITS: Record<string, string> = { m2: '平方米', 'm²': '平方米', m: '米', ha: '公顷', count: '个' }

export const unitTitle = (unit: string | null | undefined): string => UNITS[unit ?? ''] ?? unit ?? ''

/** A share, which the API gives in per cent. */
export function percent(share: Measure | null | undefined, digits = 2): string {
  const number = asNumber(share)
  return number === null ? '—' : `${number.toFixed(digits)}%`
}

/** `2026-11-22` from a date or moment of the API. */
export function day(moment: string | null | undefined): string {
  return moment ? moment.slice(0, 10) : '—'
}

/** `2026-11-22 09:30` in Beijing time, wherever the machine stands. */
export function moment(value: string | null | undefined): string {
  if (!value) return '—'
  if (value.length <= 10) return value
  const time = new Date(value)
  if (Number.isNaN(time.getTime())) return value.replace('T', ' ').slice(0, 16)
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'Asia/Shanghai',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(time)
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`
}

/** Today in Beijing, as the API writes days. */
export function today(): string {
  return moment(new Date().toISOString()).slice(0, 10)
}

export function fileSize(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '—'
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${grouped(bytes / 1024, 1)} KB`
  if (bytes < 1024 * 1024 * 1024) return `${grouped(bytes / 1024 / 1024, 1)} MB`
  return `${grouped(bytes / 1024 / 1024 / 1024, 2)} GB`
}

/** Seconds as people say them: `不到 1 分钟`, `12 分钟`, `2 小时 5 分`. */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  if (minutes < 1) return '不到 1 分钟'
  if (minutes < 60) return `${minutes} 分钟`
  return `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分`
}

/** `剩 3 个工作日`, `今天到期`, `超期 2 个工作日`. */
export function daysLeft(days: number | null): string {
  if (days === null) return '不计时'
  if (days > 0) return `剩 ${days} 个工作日`
  return days === 0 ? '今天到期' : `超期 ${-days} 个工作日`
}
