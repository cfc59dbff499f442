/** The fields of a record as they are typed: what a value must be, judged as one leaves the field. */
import type { FilingField, FilingForm } from '@/api/filings'
import { unitTitle } from '@/words/figures'

export interface Wrong {
  field: string
  text: string
}

/** Longer limits are told only when they are exceeded. */
const LONGEST_SAID = 100

/** What a field takes, in words beside it: `整数`, `数值,2 位小数,公顷`, `日期`, `至多 200 字`. */
export function hintOf(field: FilingField): string {
  const parts = [typeWords(field), field.unit ? unitTitle(field.unit) : '', field.required_when ? '按条件必填' : '']
  return parts.filter(Boolean).join(',')
}

function typeWords(field: FilingField): string {
  if (field.type === 'integer') return '整数'
  if (field.type === 'number') return field.decimals === null ? '数值' : `数值,${field.decimals} 位小数`
  if (field.type === 'date') return '日期,如 2026-03-01'
  return field.length && field.length <= LONGEST_SAID && !field.values ? `至多 ${field.length} 字` : ''
}

/** What is wrong with one value; empty when nothing is. */
export function wrongOf(field: FilingField, value: string | null | undefined): string {
  const text = (value ?? '').trim()
  if (!text) return field.required ? `请填写${field.title}` : ''
  if (field.type === 'integer' || field.type === 'number') return wrongNumber(field, text)
  if (field.type === 'date') return /^\d{4}-\d{2}-\d{2}$/.test(text) ? '' : '应为日期,如 2026-03-01'
  if (field.values && !field.values.some((each) => each.code === text)) return `“${text}”不在代码表中`
  return field.length && [...text].length > field.length ? `超过 ${field.length} 字(现有 ${[...text].length} 字)` : ''
}

function wrongNumber(field: FilingField, text: string): string {
  const number = Number(text)
  if (!Number.isFinite(number)) return '应为数值'
  if (field.type === 'integer' && !Number.isInteger(number)) return '应为整数'
  if (field.above !== null && number <= field.above) return `应大于 ${field.above}`
  if (field.below !== null && number >= field.below) return `应小于 ${field.below}`
  if (field.min !== null && number < field.min) return `不应小于 ${field.min}`
  if (field.max !== null && number > field.max) return `不应大于 ${field.max}`
  return ''
}

/** Everything that stands against filing, in the order of the form. */
export function wrongsOf(form: FilingForm, values: Record<string, string | null>, placed: boolean, from: string, today: string): Wrong[] {
  const found = form.fields.map((field) => ({ field: field.name, text: wrongOf(field, values[field.name]) })).filter((each) => each.text)
  if (!from) found.push({ field: 'valid_from', text: '请填写生效日期' })
  else if (from > today) found.push({ field: 'valid_from', text: '生效日期不能晚于今天' })
  if (!placed) found.push({ field: 'geometry', text: '请给出范围(界址点、坐标或绘制)' })
  return found
}
