/** A step that people added to a node (加签、委派、增加席) in words. */
import type { AddedStep } from '@/api/cases'

const DONE = new Set(['done', 'returned', 'added'])

/** `前加签:王五(已办)`; one that was taken away or fell with its task says so. */
export function stepText(step: AddedStep): string {
  const open = step.state === 'open' || step.state === 'waiting'
  return `${step.added ?? ''}:${step.person}(${open ? '正在办理' : DONE.has(step.state) ? '已办' : '未办即关闭'})`
}
