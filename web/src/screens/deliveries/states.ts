import type { QueuePlace } from '@/api/deliveries'
import { duration } from '@/words/figures'

/** States of a delivery as they are filtered and polled. */
export const STATES: [string, string][] = [
  ['open', '待提交'],
  ['uploading', '正在上传'],
  ['received', '已接收'],
  ['reading', '正在读取'],
  ['checking', '正在质检'],
  ['returned', '已退回'],
  ['review', '待审核'],
  ['accepted', '已验收'],
  ['sealed', '已入库'],
  ['superseded', '已被取代'],
  ['withdrawn', '已撤回'],
]

const MOVING = new Set(['uploading', 'received', 'reading', 'checking'])

/** Ways of delivering, as they are filtered. */
export const KINDS: [string, string][] = [
  ['full', '完整汇交'],
  ['partial', '局部汇交'],
  ['precursor', '预检'],
  ['changes', '增量更新'],
  ['correction', '存量更正'],
  ['filing', '直报备案'],
  ['feed', '接口接入'],
]

/** True while the platform itself is at work on it and the screen should look again. */
export const isMoving = (state: string): boolean => MOVING.has(state)

/** `排队第 3 位(共 12 件),约 2 分钟后完成`. */
export function queueWords(queue: QueuePlace): string {
  const place = queue.place > 0 ? `排队第 ${queue.place} 位(共 ${queue.of} 件)` : `正在检查(另有 ${queue.of} 件排队)`
  return queue.estimate_seconds === null ? place : `${place},约 ${duration(queue.estimate_seconds)}后完成`
}
