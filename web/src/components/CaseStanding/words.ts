import type { CaseStanding } from '@/api/shapes'

/** `市级决定例外(合肥市,待签收)、省级决定例外(安徽省,李工)`. */
export function waitsWords(told: Pick<CaseStanding, 'waits'>): string {
  return told.waits.map((wait) => `${wait.title}(${wait.region_name},${wait.holder || '待签收'})`).join('、')
}
