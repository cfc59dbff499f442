/** Who sits here, on which node, and what may be done: read once, kept in memory only. */
import { computed, reactive } from 'vue'

import { get, post, setCsrf } from '@/api/client'
import type { Me, Region } from '@/api/shapes'
import { office } from '@/api/office'

/** Remembers on this machine only that someone signed in, so that a stranger's first visit asks nothing in vain. */
const HINT = 'zy-signed-in'

const state = reactive<{ me: Me | null; asked: boolean; regions: Region[] }>({ me: null, asked: false, regions: [] })

export const session = {
  me: computed(() => state.me),
  person: computed(() => state.me?.person ?? null),
  node: computed(() => state.me?.node ?? null),
  regions: computed(() => state.regions),
  /** Counties within one's right, for pickers. */
  counties: computed(() => state.regions.filter((region) => region.level === 'county')),

  may(permission: string): boolean {
    return state.me?.permissions.includes(permission) ?? false
  },

  /** True for a person of the province itself. */
  ofProvince(): boolean {
    return state.regions.some((region) => region.code === state.me?.person.region && region.level === 'province')
  },

  hasRole(...roles: string[]): boolean {
    return roles.some((role) => state.me?.person.roles.includes(role) ?? false)
  },

  regionName(code: string): string {
    return state.regions.find((region) => region.code === code)?.name ?? code
  },

  /** Reads the session once; without one the answer is null and sign-in follows. */
  async known(): Promise<Me | null> {
    if (!state.asked && localStorage.getItem(HINT)) await session.refresh().catch(() => null)
    state.asked = true
    return state.me
  },

  async refresh(): Promise<void> {
    const me = await get<Me>('/me')
    keep(me)
    if (state.regions.length === 0) {
      state.regions = (await office.regions().catch(() => ({ items: [] }))).items
    }
  },

  async signIn(user: string, password: string): Promise<void> {
    const answer = await post<{ csrf: string }>('/login', { user, password })
    setCsrf(answer.csrf)
    await session.refresh()
    state.asked = true
  },

  async signOut(): Promise<void> {
    await post('/logout').catch(() => null)
    session.forget()
  },

  forget(): void {
    state.me = null
    state.asked = true
    state.regions = []
    localStorage.removeItem(HINT)
    setCsrf('')
  },
}

function keep(me: Me): void {
  state.me = me
  localStorage.setItem(HINT, 'yes')
  setCsrf(me.csrf)
}
