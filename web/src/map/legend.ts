import type { Change } from '@/api/maps'

/** Colours of kinds of change, of themes and of findings: used by map and lists alike. */
export const CHANGE_COLOURS: Record<Change['change'], string> = {
  insert: '#1f7a4d',
  update: '#a66400',
  delete: '#b3261e',
  renumber: '#6b3fa0',
}

export const CHANGE_TITLES: Record<Change['change'], string> = {
  insert: '新增',
  update: '变更',
  delete: '灭失',
  renumber: '改号',
}

export const SEVERITY_COLOURS: Record<string, string> = { error: '#b3261e', warning: '#c27800', note: '#17598c' }

const THEME_COLOURS = ['#b3261e', '#c27800', '#6b3fa0', '#14694c', '#17598c', '#8a5a44']

export const themeColour = (index: number): string => THEME_COLOURS[index % THEME_COLOURS.length]!
