import { expect, test } from 'vitest'

import { columnsOf, counted, tabsOf } from './boxes'

const COUNTS = { todo: 3, done: 1000, mine: 2, copied: 4, unread: 1, unread_copied: 2 }

test('a counter of a thousand says that there may be more', () => {
  expect(counted(999)).toBe('999')
  expect(counted(1000)).toBe('1000+')
  expect(tabsOf(COUNTS, 3).map((tab) => [tab.title, tab.count ?? null])).toEqual([
    ['待办', 3],
    ['已办 1000+', null],
    ['我的', 2],
    ['抄送(未读 2)', 4],
  ])
})

test('before the counters are in, the tabs stand without them', () => {
  expect(tabsOf(null, 0).map((tab) => tab.title)).toEqual(['待办', '已办', '我的', '抄送'])
})

test('each box names its day: received, done, opened, copied', () => {
  const last = (box: Parameters<typeof columnsOf>[0]): string => columnsOf(box).at(-1)!.title
  expect([last('todo'), last('done'), last('mine'), last('copied')]).toEqual(['收到', '办结', '收件', '抄送'])
  expect(columnsOf('copied').some((column) => column.id === 'copy')).toBe(true)
})
