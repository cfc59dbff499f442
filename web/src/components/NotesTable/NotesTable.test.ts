import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import NotesTable from './NotesTable.vue'

const note = { at: '2026-11-25T02:00:00Z', person: '王芳', organ_name: '肥西县局', act: 'submit', act_title: '提交', text: '' }

test('a note shows when, who, what; a broken signature is said, an unsigned note claims nothing', () => {
  const words = (signed?: boolean) => mount(NotesTable, { props: { notes: [{ ...note, signed }] } }).text()
  expect(words(true)).toContain('2026-11-25 10:00')
  expect(words(true)).toContain('签名有效')
  expect(words(false)).toContain('签名不符')
  expect(words()).not.toContain('签名')
})

test('without notes it says what will stand here', () => {
  expect(mount(NotesTable, { props: { notes: [] } }).text()).toContain('还没有办理记录')
})
