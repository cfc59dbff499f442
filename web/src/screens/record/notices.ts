/** Gaps, jumps and terminations in words. */
import type { Gap, Jump, Termination } from '@/api/cases'
import { day } from '@/words/figures'

/** `容缺:选址位置图,承诺 2026-03-20(暂定)前补交,还剩 3 个工作日`. */
export function gapText(gap: Gap): string {
  if (gap.filled) return `容缺:${gap.title},${day(gap.filled)} 已补齐`
  const rest = gap.left < 0 || gap.lamp === 'red' ? `已逾期 ${-gap.left} 个工作日,补齐之前不能作出同意的决定` : `还剩 ${gap.left} 个工作日`
  return `容缺:${gap.title},承诺 ${gap.due}${gap.provisional ? '(暂定)' : ''} 前补交,${rest}`
}

const ANSWERS = { proposed: '等待批准', approved: '已批准', refused: '未批准' }

export function jumpText(jump: Jump): string {
  const answer = jump.answered_by ? `(${jump.answered_by}:${jump.opinion ?? ''})` : ''
  return `跳转:${jump.by}申请跳到“${jump.to_name}”,理由:${jump.reason.replace(/。$/, '')};${ANSWERS[jump.state]}${answer}`
}

/** One that was undone by a restart is told as past. */
export function terminationText(ending: Termination, status: string): string {
  const past = status === 'terminated' ? '' : ';以后重启'
  return `终止:${ending.title}(${ending.basis}),${ending.organ} ${ending.by} ${ending.day}。${ending.reason}${past}`
}
