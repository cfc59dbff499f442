// Weighs what the first page of work (shell and 待办) loads, gzip-compressed: the entry, the two screens and
// everything they import at once. Fails above the ceiling of 350 KB of script. Run after `npm run build`.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const CEILING_KB = 350
const FIRST = ['index.html', 'src/shell/AppShell.vue', 'src/screens/tasks/TaskList.vue']
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

const parts = new Set()
const take = (name) => {
  if (parts.has(name)) return
  parts.add(name)
  for (const each of manifest[name].imports ?? []) take(each)
}
FIRST.forEach(take)

const files = [...parts].flatMap((name) => [manifest[name].file, ...(manifest[name].css ?? [])])
const weigh = (kind) =>
  [...new Set(files)]
    .filter((file) => file.endsWith(kind))
    .reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0) / 1024

const script = weigh('.js')
console.log(`first page: script ${script.toFixed(1)} KB, style ${weigh('.css').toFixed(1)} KB (gzip); ceiling ${CEILING_KB} KB of script`)
process.exit(script > CEILING_KB ? 1 : 0)
