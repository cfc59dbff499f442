import type { Plugin } from 'vite'
export function fakeNode(): Plugin {
  return { name: 'fake-node' }
}
