/** The record being written, kept on this machine until it is filed. */
export interface Draft {
  values: Record<string, string | null>
  validFrom: string
  comment: string
}

const placeOf = (user: string, mandate: string, layer: string): string => `zy-filing/${user}/${mandate}/${layer}`

export const drafts = {
  read(user: string, mandate: string, layer: string): Draft | null {
    try {
      return JSON.parse(localStorage.getItem(placeOf(user, mandate, layer)) ?? 'null') as Draft | null
    } catch {
      return null
    }
  },
  keep(user: string, mandate: string, layer: string, draft: Draft): void {
    localStorage.setItem(placeOf(user, mandate, layer), JSON.stringify(draft))
  },
  drop: (user: string, mandate: string, layer: string): void => localStorage.removeItem(placeOf(user, mandate, layer)),
}
