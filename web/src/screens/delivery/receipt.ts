/** A receipt as lines to read: known entries by their Chinese name, digests apart, nothing hidden. */
import { fileSize, moment } from '@/words/figures'

export interface ReceiptLine {
  title: string
  text: string
  digest: boolean
}

const TITLES: Record<string, string> = {
  no: '回执号',
  digest: '文件摘要',
  sm3: '文件摘要',
  received: '接收时间',
  at: '接收时间',
  size: '文件大小',
  name: '文件名',
  file: '文件名',
  signature: '节点签名',
  signer: '签名节点',
  node: '节点',
  county: '县(市、区)代码',
  period: '年度',
  edition: '版本',
  sealed: '入库时间',
}
const MOMENTS = new Set(['received', 'at', 'sealed'])
const DIGESTS = new Set(['digest', 'sm3', 'signature'])

export function receiptLines(receipt: Record<string, unknown>): ReceiptLine[] {
  return Object.entries(receipt)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => ({ title: TITLES[name] ?? name, text: written(name, value), digest: DIGESTS.has(name) }))
}

function written(name: string, value: unknown): string {
  if (MOMENTS.has(name)) return moment(String(value))
  if (name === 'size') return fileSize(Number(value))
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
