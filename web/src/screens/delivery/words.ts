/** Words for what a finding is and how it stands. */
export const SEVERITY_TITLES: Record<string, string> = { error: '错误', warning: '警告', note: '提示' }

export const STATE_TITLES: Record<string, string> = {
  open: '待整改',
  excepted: '已列入例外',
  disputed: '有异议',
  false_alarm: '误报',
}

export const STANDING_TITLES: Record<string, string> = { new: '新增', still: '仍在', fixed: '已改正' }

/** Families in which the guards ask: what to answer on the next try. */
const QUESTIONS: Record<string, string> = { 编码: 'encoding', 坐标系: 'crs' }

/** The questions of the guards among the families of findings. */
export const questionsIn = (families: string[]): string[] => [...new Set(families.flatMap((family) => QUESTIONS[family] ?? []))]
