/** The acts on the organisation: what each asks for, what is wrong with an answer, and where it goes. */
import { organisation, type Sent, type Staff, type UnitNode, type UnitPerson, type UnitPost, type UnitRecord } from '@/api/organisation'

export interface Field {
  id: string
  title: string
  kind: 'text' | 'date' | 'choice' | 'tick'
  optional?: boolean
  hint?: string
  choices?: { value: string | number; label: string }[]
  longest?: number
}

export interface Act {
  id: string
  title: string
  consequence: string
  fields: Field[]
  start: Sent
  send: (body: Sent) => Promise<unknown>
}

export interface Around {
  unit: UnitRecord
  nodes: UnitNode[]
  regions: { code: string; name: string }[]
  staff: Staff[]
  today: string
}

const REASON: Field = { id: 'reason', title: '理由或文号', kind: 'text', longest: 300 }
const since = (title: string): Field => ({ id: 'since', title, kind: 'date' })
const HAND_ON: Field = { id: 'hand_on', title: '待办留给继任者', kind: 'tick', optional: true, hint: '无人继任时,待办退回本岗位等候签收' }

/** Messages by field, empty where the answer is good; the node looks again. */
export function wrongOf(fields: Field[], body: Sent): Record<string, string> {
  const wrong: Record<string, string> = {}
  for (const field of fields) {
    const value = body[field.id]
    const text = typeof value === 'string' ? value.trim() : value
    if (!field.optional && (text === '' || text === null || text === undefined)) wrong[field.id] = `请${field.kind === 'text' ? '填写' : '选择'}${field.title}`
    else if (field.longest && typeof text === 'string' && text.length > field.longest) wrong[field.id] = `${field.title}不能超过 ${field.longest} 个字`
  }
  const [from, to] = [body.since, body.until]
  if (typeof from === 'string' && typeof to === 'string' && from && to && to < from && !wrong.until) wrong.until = '结束日期早于开始日期'
  return wrong
}

/** What is sent: trimmed, an empty date as none. */
export function bodyOf(fields: Field[], body: Sent): Sent {
  const told: Sent = {}
  for (const field of fields) {
    const value = body[field.id] ?? (field.kind === 'tick' ? false : '')
    told[field.id] = field.kind === 'date' ? value || null : typeof value === 'string' ? value.trim() : value
  }
  return told
}

/** The organ (机关) to which a unit belongs in the tree. */
export function organOf(nodes: UnitNode[], code: string): string {
  const known = new Map(nodes.map((node) => [node.code, node]))
  let at = known.get(code)
  for (let steps = 0; at && at.kind !== 'organ' && at.parent && steps < 60; steps += 1) at = known.get(at.parent)
  return at?.code ?? code
}

const named = (nodes: UnitNode[]): Field['choices'] => nodes.map((node) => ({ value: node.code, label: `${node.name}(${node.code})` }))
const people = (staff: Staff[]): Field['choices'] => staff.map((each) => ({ value: each.id, label: `${each.name}(${each.user})` }))

export function unitActs({ unit, nodes, regions, today }: Around): Act[] {
  const code = unit.code
  const inOrgan = nodes.filter((node) => node.code !== code && organOf(nodes, node.code) === organOf(nodes, code))
  const organs = nodes.filter((node) => node.kind === 'organ' && node.code !== code)
  const lower = regions.filter((region) => unit.kind === 'organ' && !nodes.some((node) => node.kind === 'organ' && node.region === region.code))
  const add: Act = {
    id: 'add', title: '设立处室', consequence: `在“${unit.name}”之下设立;编号设立后不变。`,
    fields: [
      { id: 'code', title: '单位编号', kind: 'text', longest: 20, hint: '字母、数字、点、横线、下划线' },
      { id: 'name', title: '名称', kind: 'text', longest: 100 },
      { id: 'kind', title: '类别', kind: 'choice', choices: [{ value: 'division', label: '处室' }, { value: 'station', label: '所' }] },
      since('设立日期'), REASON,
    ],
    start: { code: '', name: '', kind: 'division', since: today, reason: '' },
    send: (body) => organisation.addUnit({ ...body, parent: code }),
  }
  const found: Act = {
    id: 'found', title: '设立机关', consequence: `在“${unit.name}”之下,为一个行政区设立机关。`,
    fields: [
      { id: 'code', title: '单位编号', kind: 'text', longest: 20, hint: '如 ZR340124' },
      { id: 'name', title: '名称', kind: 'text', longest: 100 },
      { id: 'region', title: '行政区', kind: 'choice', choices: lower.map((region) => ({ value: region.code, label: `${region.name} ${region.code}` })) },
      since('设立日期'), REASON,
    ],
    start: { code: '', name: '', region: '', since: today, reason: '' },
    send: (body) => organisation.addUnit({ ...body, parent: code, kind: 'organ' }),
  }
  const external: Act = {
    id: 'external', title: '登记外部单位', consequence: `登记在${unit.region_name};其经办人只看见交给本单位的环节和所在的案卷。编号登记后不变。`,
    fields: [
      { id: 'code', title: '单位编号', kind: 'text', longest: 20, hint: '字母、数字、点、横线、下划线' },
      { id: 'name', title: '名称', kind: 'text', longest: 100, hint: '如 肥西县水利局,流程按名称分派' },
      since('设立日期'), REASON,
    ],
    start: { code: '', name: '', since: today, reason: '' },
    send: (body) => organisation.addUnit({ ...body, kind: 'external', region: unit.region }),
  }
  const rename: Act = {
    id: 'rename', title: '更名', consequence: '自启用日期起用新名称,此前仍为原名。',
    fields: [{ id: 'name', title: '新名称', kind: 'text', longest: 100 }, since('启用日期'), REASON],
    start: { name: unit.name, since: today, reason: '' },
    send: (body) => organisation.rename(code, body),
  }
  const move: Act = {
    id: 'move', title: '划转', consequence: '自启用日期起归新的上级;人员和岗位随单位。',
    fields: [{ id: 'parent', title: '新的上级单位', kind: 'choice', choices: named(unit.is_unit ? inOrgan : organs) }, since('启用日期'), REASON],
    start: { parent: '', since: today, reason: '' },
    send: (body) => organisation.move(code, body),
  }
  const close: Act = {
    id: 'close', title: '撤销', consequence: '下级单位、岗位和在册人员都已离开的才能撤销;此前的记录都在。',
    fields: [{ id: 'until', title: '最后存续日期', kind: 'date' }, REASON],
    start: { until: today, reason: '' },
    send: (body) => organisation.close(code, body),
  }
  if (unit.kind === 'external') return [rename, close]
  return [add, ...(lower.length ? [found] : []), ...(unit.kind === 'organ' ? [external] : []), rename, move, close]
}

export function enterAct({ unit, today }: Around): Act {
  return {
    id: 'enter', title: '登记人员', consequence: `登记到“${unit.name}”,没有岗位;岗位由安全管理员任命。口令只显示一次。`,
    fields: [
      { id: 'user', title: '用户名', kind: 'text', longest: 40 }, { id: 'name', title: '姓名', kind: 'text', longest: 60 },
      since('到岗日期'), REASON,
    ],
    start: { user: '', name: '', since: today, reason: '' },
    send: (body) => organisation.enter({ ...body, unit: unit.code }),
  }
}

export function returnAct({ unit, staff }: Around): Act {
  return {
    id: 'reactivate', title: '启用账号', consequence: `回到“${unit.name}”,原来的岗位不恢复。`,
    fields: [{ id: 'person', title: '人员', kind: 'choice', choices: people(staff.filter((each) => !each.active)) }, REASON],
    start: { person: '', reason: '' },
    send: ({ person, ...body }) => organisation.reactivate(Number(person), { ...body, unit: unit.code }),
  }
}

export function appointAct({ unit, staff, today }: Around): Act {
  return {
    id: 'appoint', title: '任命岗位', consequence: `任命到“${unit.name}”;从任职日期起有该岗位的权限。`,
    fields: [
      { id: 'person', title: '人员', kind: 'choice', choices: people(staff.filter((each) => each.active)) },
      { id: 'role', title: '岗位', kind: 'choice', choices: unit.roles.map((role) => ({ value: role.id, label: role.title })) },
      { id: 'title', title: '职务', kind: 'text', optional: true, longest: 60 },
      { id: 'rank', title: '职级', kind: 'choice', optional: true, choices: unit.ranks.map((rank) => ({ value: rank, label: rank })) },
      { id: 'head', title: '单位负责人', kind: 'tick', optional: true },
      since('任职日期'), { id: 'until', title: '离任日期', kind: 'date', optional: true, hint: '不填为长期' }, REASON,
    ],
    start: { person: '', role: '', title: '', rank: '', head: false, since: today, until: '', reason: '' },
    send: (body) => organisation.appoint({ ...body, unit: unit.code }),
  }
}

export function endAct(post: UnitPost, today: string): Act {
  return {
    id: 'end', title: '免去岗位', consequence: `免去 ${post.name} 的“${post.title || post.role_title}”;最后任职日期之后没有该岗位的权限,待办转交继任者。`,
    fields: [{ id: 'until', title: '最后任职日期', kind: 'date' }, HAND_ON, REASON],
    start: { until: today, hand_on: false, reason: '' },
    send: (body) => organisation.endPost(post.id, body),
  }
}

export function personActs(person: UnitPerson, { unit, nodes, today }: Around): Act[] {
  const inOrgan = nodes.filter((node) => node.code !== unit.code && organOf(nodes, node.code) === organOf(nodes, unit.code))
  const acts: Act[] = [
    {
      id: 'movePerson', title: '调整处室', consequence: `${person.name} 自到岗日期起在新的单位;岗位不随之变动。`,
      fields: [{ id: 'unit', title: '单位', kind: 'choice', choices: named(inOrgan) }, since('到岗日期'), REASON],
      start: { unit: '', since: today, reason: '' },
      send: (body) => organisation.movePerson(person.id, body),
    },
    {
      id: 'password', title: '重置口令', consequence: `${person.name} 的原口令和已登录的会话立即失效;新口令只显示一次。`,
      fields: [REASON], start: { reason: '' }, send: (body) => organisation.password(person.id, body),
    },
    {
      id: 'deactivate', title: '停用账号', consequence: `${person.name} 立即退出,岗位到昨天为止,待办转交继任者。`,
      fields: [HAND_ON, REASON], start: { hand_on: false, reason: '' }, send: (body) => organisation.deactivate(person.id, body),
    },
  ]
  return unit.kind === 'external' ? acts.filter((act) => act.id !== 'movePerson') : acts
}
