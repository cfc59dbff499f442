/** A delivery as it is filled in: what stands in the form, and what is still wrong with it. */
import type { Mandate, Order } from '@/api/uploads'

/** Kinds that come as a file; single records and feeds have roads of their own. */
export const SENT_KINDS = ['full', 'partial', 'precursor', 'changes', 'correction']

export const KIND_WORDS: Record<string, string> = {
  full: '全部图层、整个县,一次送齐;通过检查后逐级审核入库。',
  partial: '只送列明的图层或村,其余取自所选的基准版本;整个县一并检查。',
  precursor: '检查规则与完整汇交相同,只出报告,不入库,不产生任何效力。',
  changes: '送交增量包(.zyc),基准版本写在包内,与平台不一致时不接收;或更新层(GX)连同更新过程(GXGC)的 zip。',
  correction: '改正已入库的某一版本,同一时点,原版本保留并标明已被更正。',
}

const PERIODS: Record<Mandate['cadence'], [RegExp, string, string]> = {
  yearly: [/^20\d\d$/, '年度', '年度须为四位年份,如 2024'],
  quarterly: [/^20\d\dQ[1-4]$/, '季度', '季度须如 2024Q3'],
  monthly: [/^20\d\d-(0[1-9]|1[0-2])$/, '月份', '月份须如 2024-03'],
}

export const periodTitle = (mandate: Mandate | null): string => PERIODS[mandate?.cadence ?? 'yearly'][1]

export const deliverable = (mandate: Mandate): boolean => mandate.organ === 'county' && kindsOf(mandate).length > 0

/** What may be delivered as a file: what is owed each period first; tasks that otherwise fetch their data by themselves last. */
export const ordered = (mandates: Mandate[]): Mandate[] => mandates.filter(deliverable).sort((a, b) => rank(a) - rank(b))

const rank = (mandate: Mandate): number => (mandate.feed !== null ? 2 : mandate.owed ? 0 : 1)

export const kindsOf = (mandate: Mandate): { id: string; title: string }[] =>
  SENT_KINDS.flatMap((id) => mandate.kinds.filter((kind) => kind.id === id))

export const needsBase = (kind: string): boolean => kind === 'partial' || kind === 'correction'

export const blank = (): Order => ({
  mandate: '',
  county: '',
  period: '',
  kind: 'full',
  comment: '',
  against: '',
  layers: [],
  villages: [],
  encoding: '',
  crs: '',
})

/** Twelve-digit codes out of pasted text, each once. */
export const villagesOf = (text: string): string[] => [...new Set(text.split(/[\s,,、;;]+/).filter(Boolean))]

const suffixOf = (name: string): string => name.split('.').at(-1)!.toLowerCase()

/** File name endings the mandate takes for this kind. */
export const suffixes = (mandate: Mandate | null, kind: string): string[] =>
  kind === 'changes' ? ['zyc', 'zip'] : mandate?.files.length ? mandate.files : ['zip']

/** What is still missing or wrong, in the order of the form. */
export function wrongs(order: Order, mandate: Mandate | null, file: { name: string } | null): string[] {
  const [pattern, , words] = PERIODS[mandate?.cadence ?? 'yearly']
  const partial = order.kind === 'partial'
  const strange = order.villages.filter((code) => !/^\d{12}$/.test(code) || !code.startsWith(order.county))
  const ends = suffixes(mandate, order.kind)
  const found: [boolean, string][] = [
    [!mandate, '请选择汇交任务'],
    [!order.county, '请选择县(市、区)'],
    [!pattern.test(order.period), words],
    [partial && order.layers.length + order.villages.length === 0, '局部汇交须选择图层,或填写村级代码'],
    [partial && strange.length > 0, `不是本县的十二位村级代码:${strange.slice(0, 3).join('、')}`],
    [order.kind === 'correction' && !order.against, '存量更正须选择所更正的汇交'],
    [mandate?.comment === 'required' && !order.comment.trim(), '本任务要求填写汇交说明'],
    [!file, '请选择数据包文件'],
    [file !== null && !ends.includes(suffixOf(file.name)), `文件须为 ${ends.map((end) => `.${end}`).join(' 或 ')}`],
  ]
  return found.filter(([wrong]) => wrong).map(([, message]) => message)
}
