import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import type { FlowEdge, FlowNode } from '@/api/cases'
import FlowDiagram from './FlowDiagram.vue'
import { drawnState, extentOf, middleOf, wrapTitle } from './shape'

const nodes: FlowNode[] = [
  { id: 's', title: '收件', type: 'startEvent', lane: '', x: 10, y: 30, w: 36, h: 36, state: 'done' },
  { id: 'c', title: '县级初审', type: 'userTask', lane: '县', x: 100, y: 10, w: 100, h: 80, state: 'now' },
  { id: 'g', title: '', type: 'exclusiveGateway', lane: '县', x: 240, y: 25, w: 50, h: 50, state: 'todo' },
]
const edges: FlowEdge[] = [{ id: 'f', from: 's', to: 'c', points: [[46, 48], [100, 48]], taken: true, name: '' }]

test('each kind of node has its own form and every state its word', () => {
  const drawn = mount(FlowDiagram, { props: { nodes, edges } })
  expect(drawn.findAll('circle')).toHaveLength(1)
  expect(drawn.findAll('rect')).toHaveLength(1)
  expect(drawn.get('.flow__node--now').text()).toContain('正在办理')
  expect(drawn.findAll('.flow__edge--taken')).toHaveLength(1)
})

test('the picture holds all of its nodes', () => {
  const box = extentOf(nodes, edges)
  expect(box.x).toBeLessThan(10)
  expect(box.x + box.w).toBeGreaterThan(290)
  expect(extentOf([], [])).toEqual({ x: 0, y: 0, w: 100, h: 100 })
})

test('the name of a flow stands at the middle of its longest stretch', () => {
  const bent: FlowEdge = { ...edges[0]!, points: [[0, 0], [0, 40], [100, 40]] }
  expect(middleOf(bent)).toEqual([50, 40])
  expect(middleOf({ ...bent, points: [[7, 9]] })).toEqual([7, 9])
  expect(middleOf({ ...bent, points: [] })).toEqual([0, 0])
})

test('an end that was reached counts as done', () => {
  expect(drawnState({ ...nodes[0]!, type: 'endEvent', state: 'now' })).toBe('done')
  expect(drawnState(nodes[1]!)).toBe('now')
})

test('long titles break into at most three lines', () => {
  expect(wrapTitle('县级初审', 100)).toEqual(['县级初审'])
  expect(wrapTitle('自然资源主管部门负责人审定签发意见书', 100).length).toBeLessThanOrEqual(3)
})

test('steps that people added stand under their node with who and how far, inside the picture', () => {
  const added = [{ task: 2, person: '李芳', added: '前加签', asked_by: '王磊', state: 'open' }]
  const withStep = nodes.map((node) => (node.id === 'c' ? { ...node, added } : node))
  const drawn = mount(FlowDiagram, { props: { nodes: withStep, edges } })
  expect(drawn.get('.flow__added').text()).toBe('前加签:李芳(正在办理)')
  expect(extentOf(withStep, edges).h).toBeGreaterThan(extentOf(nodes, edges).h)
})

test('a sub-process whose inside is drawn is a frame under the flows, any other a box', () => {
  const frame: FlowNode = { id: 'sub', title: '逐级审核', type: 'subProcess', lane: '', x: 0, y: 0, w: 400, h: 200, state: 'now' }
  const inner: FlowNode = { ...frame, id: 'city', title: '市级审核', type: 'userTask', x: 40, y: 40, w: 120, h: 80 }
  const drawn = mount(FlowDiagram, { props: { nodes: [frame, inner], edges: [] } })
  expect(drawn.findAll('.flow__frame text').map((each) => each.text())).toEqual(['逐级审核'])
  expect(drawn.findAll('.flow__node').length).toBe(1)
  const alone = mount(FlowDiagram, { props: { nodes: [frame], edges: [] } })
  expect(alone.findAll('.flow__frame').length).toBe(0)
  expect(alone.findAll('.flow__node').length).toBe(1)
})
