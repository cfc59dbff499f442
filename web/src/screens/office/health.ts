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
  exchange: '交换',
  disk: '磁盘',
  audit: '审计链',
  sm: '密码自检',
  sent: '已发出',
  received: '已接收',
  waiting: '待发出',
  queued: '待发出',
  pending: '待处理',
  out: '待发出',
  in: '待接收',
  bad: '隔离',
  refused: '拒收',
  done: '已处理',
  acknowledged: '已确认',
  unacknowledged: '未确认',
  stream: '流',
  name: '名称',
  peer: '对方节点',
  direction: '方向',
  number: '序号',
  next: '下一序号',
  last: '最近序号',
  at: '时间',
  kind: '种类',
  state: '状态',
  lag: '滞后',
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
  const main = (['database', 'worker'] as const).map((name) => ({ title: titleOf(name), ...judged(health[name]) }))
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

export function streamsOf(answer: unknown): { columns: { id: string; title: string }[]; rows: Record<string, string>[] } {
  const found = Array.isArray(answer) ? answer : answer && typeof answer === 'object' ? Object.values(answer).find(Array.isArray) : null
  const rows = ((found ?? []) as unknown[]).filter((row): row is Record<string, unknown> => Boolean(row) && typeof row === 'object')
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return {
    columns: names.map((id) => ({ id, title: titleOf(id) })),
    rows: rows.map((row) => Object.fromEntries(names.map((name) => [name, text(row[name])]))),
  }
}
