/** The flat list of the API as lines of a tree: what is open, how deep, what has something below it. */
import type { UnitNode } from '@/api/organisation'

export interface Line {
  node: UnitNode
  depth: number
  below: number
  open: boolean
}

/** Lines in the order of the tree. A node whose parent is not among them stands at the top; `all` opens everything. */
export function linesOf(nodes: UnitNode[], open: ReadonlySet<string>, all = false): Line[] {
  const known = new Set(nodes.map((node) => node.code))
  const children = new Map<string, UnitNode[]>()
  for (const node of nodes) {
    const above = node.parent !== null && known.has(node.parent) ? node.parent : ''
    children.set(above, [...(children.get(above) ?? []), node])
  }
  const lines: Line[] = []
  const walk = (above: string, depth: number): void => {
    for (const node of ordered(children.get(above) ?? [])) {
      const below = children.get(node.code)?.length ?? 0
      const isOpen = below > 0 && (all || open.has(node.code))
      lines.push({ node, depth, below, open: isOpen })
      if (isOpen) walk(node.code, depth + 1)
    }
  }
  walk('', 0)
  return lines
}

/** Units of an organ before the organs below it, external units after all; each in the order of region and code. */
function ordered(nodes: UnitNode[]): UnitNode[] {
  const rank = (node: UnitNode): number => ({ division: 0, station: 0, organ: 1, external: 2 })[node.kind]
  return [...nodes].sort((a, b) => rank(a) - rank(b) || a.region.localeCompare(b.region) || a.code.localeCompare(b.code))
}

/** Codes of what stands above a node: opened so that the node is seen. */
export function above(nodes: UnitNode[], code: string): string[] {
  const parents = new Map(nodes.map((node) => [node.code, node.parent]))
  const found: string[] = []
  let at = parents.get(code) ?? null
  while (at !== null && !found.includes(at)) {
    found.push(at)
    at = parents.get(at) ?? null
  }
  return found
}
