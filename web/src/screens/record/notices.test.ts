import { expect, test } from 'vitest'

import { gapText, jumpText, terminationText } from './notices'

const gap = { paper: 'map', title: '位置图', promise: '三日内', due: '2026-03-20', provisional: false, left: 3, lamp: 'green' as const, filled: null, may_supply: true }

test('a gap says its day and what is left, and past the day that nothing is granted', () => {
  expect(gapText(gap)).toBe('容缺:位置图,承诺 2026-03-20 前补交,还剩 3 个工作日')
  expect(gapText({ ...gap, left: -2, lamp: 'red', provisional: true })).toBe(
    '容缺:位置图,承诺 2026-03-20(暂定) 前补交,已逾期 2 个工作日,补齐之前不能作出同意的决定',
  )
  expect(gapText({ ...gap, filled: '2026-03-18T10:00:00+08:00' })).toContain('已补齐')
})

test('a jump names who asked, where to and why, and its answer', () => {
  const jump = { state: 'proposed' as const, to_name: '县级决定', reason: '重复审核', by: '王磊' }
  expect(jumpText(jump)).toBe('跳转:王磊申请跳到“县级决定”,理由:重复审核;等待批准')
  expect(jumpText({ ...jump, state: 'approved', answered_by: '李芳', opinion: '同意。' })).toContain('已批准(李芳:同意。)')
})

test('a termination that was followed by a restart is told as past', () => {
  const ending = { title: '申请人主体消灭', basis: '某法 第一条', reason: '公司注销', by: '李芳', organ: '肥西县局', day: '2026-03-02' }
  expect(terminationText(ending, 'terminated')).toBe('终止:申请人主体消灭(某法 第一条),肥西县局 李芳 2026-03-02。公司注销')
  expect(terminationText(ending, 'open')).toContain('以后重启')
})
