/** The four boxes of the inbox: their tabs, columns and what stands in an empty one. */
import type { Box, InboxCounts } from '@/api/cases'
import type { Column } from '@/components/KeysetTable/columns'

export const BOXES = ['todo', 'done', 'mine', 'copied'] as const
/** A counter that is no more exact than this. */
const MOST = 1000

export const LAMPS: [string, string][] = [
  ['red', '红灯'],
  ['yellow', '黄灯'],
  ['green', '绿灯'],
  ['none', '不计时'],
]

export const EMPTY: Record<Box, [string, string]> = {
  todo: ['现在没有符合条件的待办。', '外网受理的申请和下级送来的案卷到达后会出现在这里,按剩余工作日排序。'],
  done: ['没有符合条件的已办。', '您办理过的每一步都会留在这里。'],
  mine: ['没有符合条件的在办案卷。', '由您提交、由您办理过或由您督办的案卷,在办结之前会出现在这里。'],
  copied: ['没有抄送给您的案卷。', '别人抄送、传阅给您的案卷会出现在这里,查看即有回执。'],
}

/** A thousand and more is said as such. */
export const counted = (count: number): string => (count >= MOST ? `${MOST}+` : String(count))

export function tabsOf(counts: InboxCounts | null, todo: number): { id: Box; title: string; count?: number | null }[] {
  const title = (word: string, count: number | undefined): string => (count !== undefined && count >= MOST ? `${word} ${counted(count)}` : word)
  const exact = (count: number | undefined): number | null => (count !== undefined && count < MOST ? count : null)
  return [
    { id: 'todo', title: '待办', count: counts?.todo ?? todo },
    { id: 'done', title: title('已办', counts?.done), count: exact(counts?.done) },
    { id: 'mine', title: title('我的', counts?.mine), count: exact(counts?.mine) },
    { id: 'copied', title: counts?.unread_copied ? `抄送(未读 ${counted(counts.unread_copied)})` : '抄送', count: exact(counts?.copied) },
  ]
}

export function columnsOf(box: Box): Column[] {
  const came: Record<Box, string> = { todo: '收到', done: '办结', mine: '收件', copied: '抄送' }
  return [
    { id: 'clock', title: '剩余时间', width: '168px' },
    { id: 'no', title: '编号', width: '196px' },
    { id: 'title', title: '项目' },
    { id: 'node', title: box === 'done' ? '办理环节' : '当前环节', width: '116px' },
    ...(box === 'copied' ? [{ id: 'copy', title: '方式', width: '110px' }] : []),
    { id: 'matter', title: '事项', width: '168px' },
    { id: 'region', title: '地区', width: '84px' },
    { id: 'opened', title: came[box], width: '134px' },
  ]
}
