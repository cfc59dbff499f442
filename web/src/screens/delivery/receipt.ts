/** A receipt as lines to read: known entries by their Chinese name, digests apart, nothing hidden. */
import { KINDS } from '@/screens/deliveries/states'
import { fileSize, grouped, moment } from '@/words/figures'

export interface ReceiptLine {
  title: string
  text: string
  digest: boolean
}

const TITLES: Record<string, string> = {
  title: '回执',
  no: '回执号',
  delivery: '汇交编号',
  county: '县(市、区)代码',
  organ: '汇交机关',
  mandate: '汇交任务',
  delivery_kind: '方式',
  period: '年度',
  package: '数据包',
  standards: '标准',
  file: '文件',
  members: '包内文件',
  at: '时间',
  node: '签发节点',
  signature: '节点签名(SM2)',
  editions: '版本',
}
const HIDDEN = new Set(['kind'])

export function receiptLines(receipt: Record<string, unknown>): ReceiptLine[] {
  const order = Object.keys(TITLES)
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
  return Object.entries(receipt)
    .sort(([a], [b]) => place(a) - place(b))
    .filter(([name, value]) => !HIDDEN.has(name) && value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => ({ title: TITLES[name] ?? name, text: written(name, value), digest: name === 'signature' }))
}

interface SignedEdition {
  id: number
  layer: string
  digest: string
  features: number
}

const editionWords = (each: SignedEdition): string => `${each.layer} 版本 ${each.id},${grouped(each.features)} 个要素,SM3 ${String(each.digest).slice(0, 16)}…`

function written(name: string, value: unknown): string {
  if (name === 'at') return moment(String(value))
  if (name === 'delivery_kind') return KINDS.find(([kind]) => kind === value)?.[1] ?? String(value)
  if (name === 'editions') return (value as SignedEdition[]).map(editionWords).join(';')
  if (Array.isArray(value)) return value.map((each) => written('', each)).join('、')
  if (typeof value !== 'object' || value === null) return String(value)
  const { name: file, size, ...rest } = value as Record<string, unknown>
  const head = [file, size === undefined ? null : fileSize(Number(size))].filter(Boolean)
  const more = Object.entries(rest).map(([key, each]) => `${key.toUpperCase()} ${String(each)}`)
  return [...head, ...more].join(' ')
}
