import type { Action } from '@/api/shapes'

/** At most three things stand first: those the server calls primary, if they can be done now. */
export function ordered(actions: Action[]): { first: Action[]; rest: Action[] } {
  const first = actions.filter((action) => action.primary && action.enabled).slice(0, 3)
  return { first, rest: actions.filter((action) => !first.includes(action)) }
}
