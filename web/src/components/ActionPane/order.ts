import type { Target } from '@/api/cases'
import type { Action } from '@/api/shapes'

/** At most three things stand first: those the server calls primary; one that cannot be done now stays in sight with its reason. */
export function ordered(actions: Action[]): { first: Action[]; rest: Action[] } {
  const first = actions.filter((action) => action.primary).slice(0, 3)
  if (!first.some((action) => action.enabled)) return { first: [], rest: actions }
  return { first, rest: actions.filter((action) => !first.includes(action)) }
}

const WORDS: Record<string, string> = {
  add_before: '先提意见的人',
  add_after: '接着办理的人',
  add_seat: '增加的人',
  delegate: '受委派的人',
  remove: '减去的席位',
  replace_drawn: '不参加的专家',
  jump: '跳到的环节',
  return: '退回到',
  terminate: '终止的种类',
}

/** What is chosen for an act that goes to somebody or somewhere. */
export const chosenWord = (action: string): string => WORDS[action] ?? '接收人'

/** One who may be chosen as the list shows him; one who may not says why. */
export function targetLabel(target: Target): string {
  const name = target.organ_name ? `${target.name}(${target.organ_name})` : target.name
  return target.reason ? `${name} — ${target.reason}` : name
}
