import type { FlowEdge, FlowNode } from '@/api/cases'

export interface Box {
  x: number
  y: number
  w: number
  h: number
}

const MARGIN = 24

/** The box that holds everything drawn, with a margin for names below events. */
export function extentOf(nodes: FlowNode[], edges: FlowEdge[]): Box {
  const xs = [...nodes.flatMap((node) => [node.x, node.x + node.w]), ...edges.flatMap((edge) => edge.points.map(([x]) => x))]
  const ys = [...nodes.flatMap((node) => [node.y, node.y + node.h + 16 * (node.added?.length ?? 0)]), ...edges.flatMap((edge) => edge.points.map(([, y]) => y))]
  if (xs.length === 0) return { x: 0, y: 0, w: 100, h: 100 }
  const [left, right] = [Math.min(...xs) - MARGIN, Math.max(...xs) + MARGIN]
  const [top, bottom] = [Math.min(...ys) - MARGIN, Math.max(...ys) + MARGIN]
  return { x: left, y: top, w: right - left, h: bottom - top }
}

export function shapeOf(node: FlowNode): 'event' | 'gateway' | 'task' {
  const type = node.type.toLowerCase()
  if (type.includes('gateway')) return 'gateway'
  return type.includes('event') || type === 'start' || type === 'end' ? 'event' : 'task'
}

/** An end that was reached is done: nobody works there. */
export function drawnState(node: FlowNode): FlowNode['state'] {
  return node.state === 'now' && shapeOf(node) === 'event' ? 'done' : node.state
}

/** The middle of the longest stretch of a flow: there is room for its name. */
export function middleOf(edge: FlowEdge): [number, number] {
  const parts = edge.points.slice(1).map((after, at) => [edge.points[at]!, after] as const)
  const length = ([from, to]: (typeof parts)[number]): number => Math.hypot(to[0] - from[0], to[1] - from[1])
  const longest = parts.reduce<(typeof parts)[number] | null>((best, part) => (best && length(best) >= length(part) ? best : part), null)
  if (!longest) return edge.points[0] ?? [0, 0]
  const [before, after] = longest
  return [(before[0] + after[0]) / 2, (before[1] + after[1]) / 2]
}

/** A title broken into lines that fit a box of this width (Chinese at 14 px). */
export function wrapTitle(title: string, width: number): string[] {
  const room = Math.max(4, Math.floor((width - 8) / 14))
  const lines: string[] = []
  for (let at = 0; at < title.length; at += room) lines.push(title.slice(at, at + room))
  return lines.slice(0, 3)
}

const holds = (frame: FlowNode, node: FlowNode): boolean =>
  node !== frame && node.x >= frame.x && node.y >= frame.y && node.x + node.w <= frame.x + frame.w && node.y + node.h <= frame.y + frame.h

/** Sub-processes with something drawn inside them. */
export function framesOf(nodes: FlowNode[]): FlowNode[] {
  return nodes.filter((node) => node.type === 'subProcess' && nodes.some((other) => holds(node, other)))
}
