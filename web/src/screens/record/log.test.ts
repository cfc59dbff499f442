import { expect, test } from 'vitest'

import { bodyLines } from './log'

test('the items of a correction are listed with their numbers', () => {
  const items = [
    { kind: 'paper', target: 'map', text: '补附位置图' },
    { kind: 'field', target: 'name', text: '写全称' },
  ]
  expect(bodyLines({ items })).toEqual(['1. 补附位置图', '2. 写全称'])
})

test('an event with nothing to add stays one line', () => {
  expect(bodyLines({})).toEqual([])
  expect(bodyLines(null)).toEqual([])
})

test('opinion, holder, limit and level are said in words', () => {
  expect(bodyLines({ opinion: '同意。', holder_name: '王', due: '2026-12-30', route: { level: 'city' } })).toEqual([
    '意见:同意。',
    '接办人:王',
    '办理期限:2026-12-30',
    '办理层级:市级',
  ])
})

test('a stop, its end, an extension and its answer are said in words', () => {
  const stop = { kind: '专家评审', basis: '行政许可法 第四十五条', reason: '论证', why: '' }
  expect(bodyLines({ stop, due: null })).toEqual(['专家评审(行政许可法 第四十五条):论证'])
  expect(bodyLines({ stop: 1, kind: '专家评审', due: '2026-03-25' })).toEqual(['停计时结束:专家评审', '办理期限:2026-03-25'])
  expect(bodyLines({ days: 5, reason: '论证' })).toEqual(['延期 5 个工作日', '理由:论证'])
  expect(bodyLines({ state: 'approved', opinion: '同意。' })).toEqual(['意见:同意。', '批准'])
})

test('a task handed on says from whom and to whom', () => {
  const moved = [{ task: 1, holder_name: '李四', nobody: false }, { task: 2, holder_name: '', nobody: true }]
  expect(bodyLines({ name: '张三', moved })).toEqual(['原办理人:张三', '转交:李四', '转交:无人可办'])
})
