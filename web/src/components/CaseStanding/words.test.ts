import { expect, test } from 'vitest'

import { waitsWords } from './words'

test('says at which node, where, and who has it', () => {
  const waits = [
    { title: '市级决定例外', region_name: '合肥市', holder: '' },
    { title: '省级决定例外', region_name: '安徽省', holder: '李工' },
  ]
  expect(waitsWords({ waits })).toBe('市级决定例外(合肥市,待签收)、省级决定例外(安徽省,李工)')
  expect(waitsWords({ waits: [] })).toBe('')
})
