import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'

import { ApiError } from '@/api/errors'
import { feeds, type Feed } from '@/api/filings'
import { mandates } from '@/api/uploads'
import { session } from '@/session/session'
import FeedList from './FeedList.vue'

const feed: Feed = {
  id: 4, mandate: 'lines', county: '340123', county_name: '肥西县', location: 'http://10.1.2.3/lines.zip', source: '省级规划系统', licence: '内部共享',
  every: 24, active: true, due: '2026-11-26T01:00:00Z', fetched: '2026-11-25T01:00:00Z', fault: '', delivery: 9,
}

async function shown(feed: Feed, may: boolean) {
  vi.spyOn(session, 'may').mockReturnValue(may)
  vi.spyOn(feeds, 'list').mockResolvedValue({ items: [feed] })
  vi.spyOn(mandates, 'list').mockResolvedValue({ items: [] })
  const page = mount(FeedList, { global: { stubs: { RouterLink: { template: '<a><slot /></a>' } } } })
  await flushPromises()
  return page
}

test('source, licence, last and next fetch and the outcome stand in the row', async () => {
  const row = (await shown(feed, false)).find('tbody tr').text()
  for (const words of ['省级规划系统', '内部共享', '2026-11-25 09:00', '2026-11-26 09:00', '取数成功', '最近的汇交']) expect(row).toContain(words)
  expect(row).not.toContain('立即取数')
})

test('a failed fetch is told above the list and in its row', async () => {
  const page = await shown({ ...feed, fault: '对方回答 404' }, true)
  vi.spyOn(feeds, 'fetch').mockRejectedValue(new ApiError('ZY-DLV-044', '取数失败:对方回答 404。', '请核对地址。', 422))
  await page.findAll('button').find((each) => each.text() === '立即取数')!.trigger('click')
  await flushPromises()
  expect(page.find('[role=alert]').text()).toContain('对方回答 404')
  expect(page.find('tbody tr').text()).toContain('取数失败')
})
