/** The four answers to a receipt, in words. */
import type { Verdict } from '@/api/filings'
import type { Tone } from '@/components/StateTag/StateTag.vue'

export const VERDICTS: Record<Verdict, { title: string; tone: Tone; words: string; remedy: string }> = {
  genuine: { title: '真实', tone: 'ok', words: '确由所写节点签发,未经改动。', remedy: '' },
  altered: { title: '不实', tone: 'danger', words: '与签发时的内容不一致。', remedy: '请向出具回执的机关核实,不要据此办理。' },
  unknown: { title: '无法核验', tone: 'warning', words: '出具回执的节点没有在本节点登记。', remedy: '请到出具回执的节点核验,或向其机关核实。' },
  none: { title: '不是回执', tone: 'warning', words: '内容不是平台出具的回执。', remedy: '请核对所选的文件。' },
}

/** The receipt in a text; null where it is none at all. */
export function readReceipt(text: string): Record<string, unknown> | null {
  try {
    const told: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return told !== null && typeof told === 'object' && !Array.isArray(told) ? (told as Record<string, unknown>) : null
  } catch {
    return null
  }
}
