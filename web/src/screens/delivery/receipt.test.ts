import { expect, test } from 'vitest'

import { receiptLines } from './receipt'

test('a receipt reads as lines: file with size and digest, time in Beijing, signature apart', () => {
  const lines = receiptLines({
    kind: 'received',
    title: '收件回执',
    file: { name: 'a.zip', size: 2048, sm3: 'ab12' },
    at: '2026-11-25T01:20:00+00:00',
    standards: ['tdt1057@2020', 'control_lines@2021'],
    signature: 'MEUC',
  })
  expect(lines.map((line) => [line.title, line.text])).toEqual([
    ['回执', '收件回执'],
    ['标准', 'tdt1057@2020、control_lines@2021'],
    ['文件', 'a.zip 2.0 KB SM3 ab12'],
    ['时间', '2026-11-25 09:20'],
    ['节点签名(SM2)', 'MEUC'],
  ])
  expect(lines.at(-1)?.digest).toBe(true)
})

test('what was accepted is told edition by edition, and the way in words', () => {
  const lines = receiptLines({ kind: 'accepted', delivery_kind: 'filing', members: [], editions: [{ id: 5, layer: 'tdt1057@2020/DLTB', digest: 'ab'.repeat(32), features: 2025 }] })
  expect(lines.map((line) => [line.title, line.text])).toEqual([
    ['方式', '直报备案'],
    ['版本', 'tdt1057@2020/DLTB 版本 5,2,025 个要素,SM3 abababababababab…'],
  ])
})
