/** What an event of a case says besides its title, as lines to read. */
import type { CorrectionItem } from '@/api/shapes'

const LEVELS: Record<string, string> = { county: '县级', city: '市级', province: '省级' }

const HOW: Record<string, string> = { before: '前加签', after: '后加签', delegate: '委派' }

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

/** A termination with its type and law, papers promised by a day. */
function endingLines(body: Record<string, unknown>): string[] {
  const lines: string[] = []
  const ending = body.termination as { title?: string; basis?: string } | undefined
  if (ending) lines.push(`${ending.title ?? ''}(${ending.basis ?? ''})`)
  const gaps = Array.isArray(body.gaps) ? (body.gaps as { title: string; due: string; promise: string }[]) : []
  for (const gap of gaps) lines.push(`${gap.title}:承诺 ${gap.due} 前补交。${gap.promise}`)
  if (body.title && !body.to_name) lines.push(String(body.title))
  return lines
}

/** A service of a document; a request for an opinion, and its answer. */
function letterLines(body: Record<string, unknown>): string[] {
  const lines: string[] = []
  const service = body.service as { title: string; no: string; way: string; receiver: string; note: string } | undefined
  if (service) lines.push(`${service.title}${service.no},${service.way}${service.receiver ? `,${service.receiver}` : ''}${service.note ? `,${service.note}` : ''}`)
  const asked = body.consultation as { to_name: string; question: string; due: string } | number | undefined
  if (asked && typeof asked === 'object') lines.push(`${asked.to_name}(${asked.due} 前答复):${asked.question}`)
  else if (asked) lines.push(`第 ${asked} 件`)
  const said = body.answer as { text: string } | undefined
  if (said) lines.push(said.text)
  return lines
}

const REMINDERS: Record<string, string> = { yellow: '黄灯', before: '临近到期', red: '超期', escalated: '超期上报', untold: '一次性告知临近到期', untold_late: '一次性告知超期' }
const ITEM_REMINDERS: Record<string, string> = { before: '督办临近到期', late: '督办超期' }

interface ReachBody {
  copies?: { name: string; organ: string; kind: string; note: string; step?: string }[]
  left_out?: string[]
  urge?: { text: string; until: string; to: { name: string }[] }
  supervision?: { asks: string; due: string; to: { name: string }[] }
  report?: string
  reminders?: { levels: string[]; to: string[] }[]
  supervisions?: { levels: string[]; to: string[] }[]
}

/** Whom a copy, an urge, a supervision or a reminder reached, and what it says. */
function reachLines(told: Record<string, unknown>): string[] {
  const body = told as ReachBody
  const names = (people: { name: string }[]): string => people.map((one) => one.name).join('、')
  const lines: string[] = []
  if (body.copies?.length) {
    const [first] = body.copies
    lines.push(`${first!.kind === 'circulate' ? '传阅' : '抄送'}:${body.copies.map((one) => `${one.name}(${one.organ})`).join('、')}`)
    if (first!.note) lines.push(`附言:${first!.note}`)
    if (first!.step) lines.push(`“${first!.step}”办结,按流程抄送`)
  }
  for (const why of body.left_out ?? []) lines.push(`没有抄送:${why}`)
  if (body.urge) lines.push(`催办 ${names(body.urge.to)}:${body.urge.text}`, `期限:${body.urge.until}`)
  if (body.supervision) lines.push(`督办 ${names(body.supervision.to)}:${body.supervision.asks}`, `反馈期限:${body.supervision.due}`)
  if (body.report) lines.push(`办理情况:${body.report}`)
  const reminded = (words: Record<string, string>, told: { levels: string[]; to: string[] }[] = []): void =>
    told.forEach((one) => lines.push(`${one.levels.map((level) => words[level] ?? level).join('、')}:${one.to.join('、') || '无人可办'}`))
  reminded(REMINDERS, body.reminders)
  reminded(ITEM_REMINDERS, body.supervisions)
  return lines
}

/** A draw of a panel: who was drawn of how many, who was kept out and why, the seed; a member who gave way. */
function drawLines(body: Record<string, unknown>): string[] {
  const draw = body.draw as { title: string; seed: string; members: number[]; pool: { id: number; name: string }[]; avoided: { name: string; reason: string }[] } | undefined
  const gave = body.replaced as { title: string; out_name: string; in_name: string } | undefined
  if (gave) return [`${gave.title}:${gave.out_name} 不参加,由 ${gave.in_name} 递补`]
  if (!draw) return []
  const names = draw.members.map((id) => draw.pool.find((one) => one.id === id)?.name ?? '')
  const lines = [`${draw.title}:从 ${draw.pool.length} 人中抽取 ${names.join('、')}`]
  if (draw.avoided.length) lines.push(`不参加抽取:${draw.avoided.map((one) => `${one.name}(${one.reason})`).join('、')}`)
  return [...lines, `种子:${draw.seed}`]
}

export function bodyLines(body: Record<string, unknown> | string | null | undefined): string[] {
  if (!body) return []
  if (typeof body === 'string') return [body]
  const lines: string[] = []
  if (body.opinion) lines.push(`意见:${String(body.opinion)}`)
  if (body.holder_name) lines.push(`接办人:${String(body.holder_name)}`)
  const how = HOW[String(body.how)]
  if (how) lines.unshift(how)
  if (body.to_name) lines.push(`跳到:${String(body.to_name)}`)
  lines.push(...endingLines(body))
  if (body.day) lines.push(`受理日:${String(body.day).slice(0, 10)}`)
  lines.push(...clockLines(body), ...letterLines(body))
  if (body.due) lines.push(`办理期限:${String(body.due).slice(0, 10)}`)
  const chosen = body.chosen as { title: string; name: string } | undefined
  if (chosen) lines.push(`选定“${chosen.title}”的办理人:${chosen.name}`)
  const route = body.route as { level?: string } | undefined
  if (route?.level) lines.push(`办理层级:${LEVELS[route.level] ?? route.level}`)
  const moved = Array.isArray(body.moved) ? (body.moved as { holder_name: string; nobody: boolean }[]) : []
  if (moved.length && body.name) lines.push(`原办理人:${String(body.name)}`)
  moved.forEach((task) => lines.push(`转交:${task.holder_name || (task.nobody ? '无人可办' : '本岗位待签收')}`))
  lines.push(...drawLines(body), ...reachLines(body))
  const items = Array.isArray(body.items) ? (body.items as CorrectionItem[]) : []
  items.forEach((item, index) => lines.push(`${index + 1}. ${item.text}`))
  return lines
}
