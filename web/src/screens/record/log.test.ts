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

test('an added step, a jump, a termination and a promise are said in words', () => {
  expect(bodyLines({ how: 'before', holder_name: '李芳', opinion: '请看。' })).toEqual(['前加签', '意见:请看。', '接办人:李芳'])
  expect(bodyLines({ to_name: '县级决定', reason: '重复审核' })).toEqual(['跳到:县级决定', '理由:重复审核'])
  expect(bodyLines({ termination: { title: '申请人主体消灭', basis: '某法 第一条' }, reason: '注销' })).toEqual(['申请人主体消灭(某法 第一条)', '理由:注销'])
  expect(bodyLines({ gaps: [{ title: '位置图', due: '2026-03-20', promise: '尽快。' }] })).toEqual(['位置图:承诺 2026-03-20 前补交。尽快。'])
})

test('a service, a request for an opinion and its answer are said in words', () => {
  const service = { title: '意见书', no: '用字第1号', way: '直接送达', receiver: '王磊', note: '' }
  expect(bodyLines({ service })).toEqual(['意见书用字第1号,直接送达,王磊'])
  expect(bodyLines({ consultation: { to_name: '省水利厅', question: '同意吗?', due: '2026-03-11' } })).toEqual(['省水利厅(2026-03-11 前答复):同意吗?'])
  expect(bodyLines({ consultation: 2, answer: { text: '同意。' } })).toEqual(['第 2 件', '同意。'])
})

test('a task handed on says from whom and to whom', () => {
  const moved = [{ task: 1, holder_name: '李四', nobody: false }, { task: 2, holder_name: '', nobody: true }]
  expect(bodyLines({ name: '张三', moved })).toEqual(['原办理人:张三', '转交:李四', '转交:无人可办'])
})
