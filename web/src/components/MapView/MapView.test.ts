import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'

import type { FeatureCollection } from '@/api/shapes'
import { shapeLayer, shapeStyle, tileGrid, tileLayer, tileStyle } from '@/map/layers'
import MapView from './MapView.vue'

const points: FeatureCollection = {
  type: 'FeatureCollection',
  features: [{ type: 'Feature', id: 'a', geometry: { type: 'Point', coordinates: [117, 31] }, properties: { severity: 'error' } }],
}

test('the grid has two tiles of 180° at level 0 and halves at each level', () => {
  expect(tileGrid.getTileCoordExtent([0, 0, 0])).toEqual([-180, -90, 0, 90])
  expect(tileGrid.getTileCoordExtent([0, 1, 0])).toEqual([0, -90, 180, 90])
  expect(tileGrid.getTileCoordExtent([1, 0, 0])).toEqual([-180, 0, -90, 90])
  // 117.2° E, 31.7° N at level 8: column ⌊(117.2+180)/0.703125⌋, row ⌊(90−31.7)/0.703125⌋.
  expect(tileGrid.getTileCoordForCoordAndZ([117.2, 31.7], 8)).toEqual([8, 422, 82])
})

test('the chosen shape is drawn with a halo', () => {
  const overlay = { id: 'findings', data: points, colour: '#b3261e' }
  expect(shapeStyle(overlay, '', '', false)).toHaveLength(1)
  expect(shapeStyle(overlay, '', '', true)).toHaveLength(2)
})

test('lines and points of a tile are seen from afar, patches lose their border', () => {
  const rule = { values: [], fill: '#ffffff', stroke: '#333333', title: '' }
  expect(tileStyle(rule, 'Polygon', false).getStroke()).toBeNull()
  expect(tileStyle(rule, 'Polygon', true).getStroke()?.getColor()).toBe('#333333')
  expect(tileStyle(rule, 'MultiLineString', false).getStroke()?.getColor()).toBe('#333333')
  expect(tileStyle(rule, 'Point', false).getImage()).not.toBeNull()
})

test('shapes keep their ids and tile layers their address', () => {
  const layer = shapeLayer({ id: 'findings', data: points, colour: '#b3261e' }, () => false)
  expect(layer.getSource()?.getFeatureById('a')?.get('severity')).toBe('error')
  const tiles = tileLayer({ id: 'x', url: '/api/t/{z}/{x}/{y}.mvt', opacity: 0.5, minZoom: 8, style: { field: null, rules: [] } })
  expect(tiles.getSource()?.getUrls()).toEqual(['/api/t/{z}/{x}/{y}.mvt'])
  expect(tiles.getOpacity()).toBe(0.5)
})

test('the map has a name, takes focus and always says its coordinate system', async () => {
  vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} unobserve() {} })
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ type: 'FeatureCollection', features: [] })))
  const map = mount(MapView, { attachTo: document.body, props: { label: '检查结果位置', shapes: [] } })
  await flushPromises()
  const ground = map.get('[role=application]')
  expect(ground.attributes('aria-label')).toContain('检查结果位置')
  expect(ground.attributes('tabindex')).toBe('0')
  expect(map.text()).toContain('CGCS2000')
  map.unmount()
  vi.unstubAllGlobals()
})
