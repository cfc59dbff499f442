/** What an event of a case says besides its title, as lines to read. */
import type { CorrectionItem } from '@/api/shapes'

const LEVELS: Record<string, string> = { county: '县级', city: '市级', province: '省级' }

export function bodyLines(body: Record<string, unknown> | string | null | undefined): string[] {
  if (!body) return []
  if (typeof body === 'string') return [body]
  const lines: string[] = []
  if (body.opinion) lines.push(`意见:${String(body.opinion)}`)
  if (body.holder_name) lines.push(`接办人:${String(body.holder_name)}`)
  if (body.day) lines.push(`受理日:${String(body.day).slice(0, 10)}`)
  if (body.due) lines.push(`办理期限:${String(body.due).slice(0, 10)}`)
  const route = body.route as { level?: string } | undefined
  if (route?.level) lines.push(`办理层级:${LEVELS[route.level] ?? route.level}`)
  const items = Array.isArray(body.items) ? (body.items as CorrectionItem[]) : []
  items.forEach((item, index) => lines.push(`${index + 1}. ${item.text}`))
  return lines
}
