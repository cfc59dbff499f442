/** States of a delivery as they are filtered and polled. */
export const STATES: [string, string][] = [
  ['open', '待提交'],
  ['received', '已接收'],
  ['reading', '正在读取'],
  ['checking', '正在质检'],
  ['returned', '已退回'],
  ['review', '待审核'],
  ['accepted', '已验收'],
  ['sealed', '已入库'],
  ['withdrawn', '已撤回'],
]

const MOVING = new Set(['received', 'reading', 'checking', 'accepted'])

/** True while the platform itself is at work on it and the screen should look again. */
export const isMoving = (state: string): boolean => MOVING.has(state)
