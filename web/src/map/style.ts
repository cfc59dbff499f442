/** Colours of layers as their standard gives them; a rule value may end with `*` or `…` and then holds for all that begin so. */
import type { LayerStyle, StyleRule } from '@/api/maps'

const PLAIN: StyleRule = { values: [], fill: 'rgba(120, 140, 160, 0.25)', stroke: '#5b6b7a', title: '其他' }

export function ruleFor(style: LayerStyle | null | undefined, value: string | null | undefined): StyleRule {
  if (!style || style.rules.length === 0) return PLAIN
  if (!style.field) return style.rules[0]!
  const text = value ?? ''
  let best: StyleRule | null = null
  let bestLength = -1
  for (const rule of style.rules) {
    for (const written of rule.values) {
      const open = /[*…]$/.test(written)
      const stem = open ? written.replace(/[*…]+$/, '') : written
      const fits = open ? text.startsWith(stem) : text === stem
      const length = open ? stem.length : stem.length + 100
      if (fits && length > bestLength) {
        best = rule
        bestLength = length
      }
    }
  }
  return best ?? style.rules.find((rule) => rule.values.length === 0) ?? PLAIN
}
