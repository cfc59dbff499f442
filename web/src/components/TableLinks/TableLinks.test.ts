import { mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'

import { session } from '@/session/session'
import TableLinks from './TableLinks.vue'

const may = vi.spyOn(session, 'may').mockImplementation((what) => what === 'case.export')
afterEach(() => may.mockClear())

const links = (url: string) =>
  mount(TableLinks, { props: { url } })
    .findAll('a')
    .map((link) => [link.text(), link.attributes('href'), link.attributes('download')])

test('what is asked for goes along, as CSV and as a workbook', () => {
  expect(links('/api/cases/export.csv?q=路')).toEqual([
    ['导出 CSV', '/api/cases/export.csv?q=路', ''],
    ['导出 Excel', '/api/cases/export.csv?q=路&format=xlsx', ''],
  ])
})

test('an address without a question gets one', () => {
  expect(links('/api/cases/export.csv')[1]![1]).toBe('/api/cases/export.csv?format=xlsx')
})

test('who may not export sees nothing to click', () => {
  expect(mount(TableLinks, { props: { url: '/api/x.csv', needs: 'consultation.read' } }).find('a').exists()).toBe(false)
})
