/** Health and exchange as rows to read, whatever counters a node adds. */
import type { Health } from '@/api/office'
import { moment } from '@/words/figures'

export interface Check {
  title: string
  ok: boolean
  detail: string
}

const TITLES: Record<string, string> = {
  database: '数据库',
  worker: '后台任务',
  waiting: '待发出',
  out: '已编号发出',
  in: '已接收',
  faults: '有误',
  fault: '错误',
  bad: '隔离',
  early: '待前序包',
  stream: '流',
  seq: '最高序号',
  written: '已写出',
  kind: '种类',
  taken: '接收时间',
  head: '链首',
  recent: '最近接收',
}

export const titleOf = (name: string): string => TITLES[name] ?? name

const GOOD = new Set(['ok', 'up', 'alive', 'running', 'healthy', 'true', '正常'])

function text(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—'
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return moment(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function judged(value: unknown): { ok: boolean; detail: string } {
  if (typeof value === 'boolean') return { ok: value, detail: '' }
  if (value && typeof value === 'object') {
    const { ok, state, ...rest } = value as Record<string, unknown>
    const good = typeof ok === 'boolean' ? ok : GOOD.has(String(state ?? '').toLowerCase())
    return { ok: good, detail: Object.entries(rest).map(([name, each]) => `${titleOf(name)} ${text(each)}`).join(',') }
  }
  return { ok: GOOD.has(String(value).toLowerCase()), detail: text(value) }
}

export function checksOf(health: Health): Check[] {
  const told = new Set((health.checks ?? []).map((check) => check.title ?? titleOf(check.name ?? '')))
  const main = (['database', 'worker'] as const)
    .map((name) => ({ title: titleOf(name), ...judged(health[name]) }))
    .filter((check) => !told.has(check.title))
  const more = (health.checks ?? []).map((check) => {
    const { title, name, detail, ...rest } = check
    const { ok } = judged(rest)
    return { title: title ?? titleOf(name ?? ''), ok, detail: text(detail) }
  })
  return [...main, ...more]
}

export function countersOf(exchange: Record<string, unknown>): { title: string; text: string }[] {
  return Object.entries(exchange).map(([name, value]) => ({ title: titleOf(name), text: text(value) }))
}

export interface StreamTable {
  title: string
  columns: { id: string; title: string }[]
  rows: Record<string, string>[]
}

/** Every list of the answer as a table of its own. */
export function streamsOf(answer: Record<string, unknown> | null): StreamTable[] {
  return Object.entries(answer ?? {})
    .filter(([, list]) => Array.isArray(list) && list.length > 0)
    .map(([name, list]) => tableOf(titleOf(name), list as Record<string, unknown>[]))
}

function tableOf(title: string, rows: Record<string, unknown>[]): StreamTable {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return {
    title,
    columns: names.map((id) => ({ id, title: titleOf(id) })),
    rows: rows.map((row) => Object.fromEntries(names.map((name) => [name, text(row[name])]))),
  }
}
