/** What an event of a case says besides its title, as lines to read. */
import type { CorrectionItem } from '@/api/shapes'

const LEVELS: Record<string, string> = { county: '县级', city: '市级', province: '省级' }

const ANSWERS: Record<string, string> = { approved: '批准', refused: '不批准' }

/** A stop with its type and law, its end, an extension asked for and answered. */
function clockLines(body: Record<string, unknown>): string[] {
  const lines: string[] = []
  const stop = body.stop as { kind?: string; basis?: string; reason?: string; why?: string } | string | number | null | undefined
  if (stop && typeof stop === 'object') {
    lines.push(`${stop.kind ?? ''}(${stop.basis ?? ''}):${stop.reason ?? ''}`)
    if (stop.why) lines.push(stop.why)
  } else if (body.kind) lines.push(`停计时结束:${String(body.kind)}`)
  if (body.days) lines.push(`延期 ${String(body.days)} 个工作日`)
  if (body.reason) lines.push(`理由:${String(body.reason)}`)
  const answer = ANSWERS[String(body.state)]
  if (answer) lines.push(answer)
  return lines
}

export function bodyLines(body: Record<string, unknown> | string | null | undefined): string[] {
  if (!body) return []
  if (typeof body === 'string') return [body]
  const lines: string[] = []
  if (body.opinion) lines.push(`意见:${String(body.opinion)}`)
  if (body.holder_name) lines.push(`接办人:${String(body.holder_name)}`)
  if (body.day) lines.push(`受理日:${String(body.day).slice(0, 10)}`)
  lines.push(...clockLines(body))
  if (body.due) lines.push(`办理期限:${String(body.due).slice(0, 10)}`)
  const route = body.route as { level?: string } | undefined
  if (route?.level) lines.push(`办理层级:${LEVELS[route.level] ?? route.level}`)
  const moved = Array.isArray(body.moved) ? (body.moved as { holder_name: string; nobody: boolean }[]) : []
  if (moved.length && body.name) lines.push(`原办理人:${String(body.name)}`)
  moved.forEach((task) => lines.push(`转交:${task.holder_name || (task.nobody ? '无人可办' : '本岗位待签收')}`))
  const items = Array.isArray(body.items) ? (body.items as CorrectionItem[]) : []
  items.forEach((item, index) => lines.push(`${index + 1}. ${item.text}`))
  return lines
}
