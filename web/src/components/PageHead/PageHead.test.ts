import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import PageHead from './PageHead.vue'

test('a page has one heading, its note beside it and its acts apart', () => {
  const head = mount(PageHead, { props: { title: '审计', note: '只增不改' }, slots: { acts: '<button>导出</button>' } })
  expect(head.findAll('h1').map((each) => each.text())).toEqual(['审计'])
  expect(head.text()).toContain('只增不改')
  expect(head.get('.head__acts').text()).toBe('导出')
})
