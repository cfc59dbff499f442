import type { Action } from '@/api/shapes'

/** At most three things stand first: those the server calls primary; one that cannot be done now stays in sight with its reason. */
export function ordered(actions: Action[]): { first: Action[]; rest: Action[] } {
  const first = actions.filter((action) => action.primary).slice(0, 3)
  if (!first.some((action) => action.enabled)) return { first: [], rest: actions }
  return { first, rest: actions.filter((action) => !first.includes(action)) }
}
