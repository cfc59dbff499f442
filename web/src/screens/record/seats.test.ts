import { expect, test } from 'vitest'

import { stepText } from '@/words/steps'
import { seatText } from './seats'

test('a seat says its number, its weight and its veto', () => {
  expect(seatText({ seat: 2, weight: '3', veto: true })).toBe('第 2 席,权重 3,可一票否决')
  expect(seatText({ seat: null, weight: null, veto: false, added: '', asked_by: '' })).toBe('')
})

test('an added step says who added it, and how it ended', () => {
  expect(seatText({ added: '前加签', asked_by: '王磊' })).toBe('由王磊前加签')
  const step = { task: 3, person: '李芳', added: '委派', asked_by: '王磊' }
  expect(stepText({ ...step, state: 'open' })).toBe('委派:李芳(正在办理)')
  expect(stepText({ ...step, state: 'done' })).toBe('委派:李芳(已办)')
  expect(stepText({ ...step, state: 'removed' })).toBe('委派:李芳(未办即关闭)')
})
