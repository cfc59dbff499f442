// Weighs what the first page loads: entry script, its static imports and their style sheets, gzip-compressed.
// Fails above the ceiling of 350 KB of script. Run after `npm run build`.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const CEILING_KB = 350
const dist = new URL('../dist/', import.meta.url)
const page = readFileSync(new URL('index.html', dist), 'utf8')
const assets = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1])

const weigh = (kind) =>
  assets
    .filter((asset) => asset.endsWith(kind))
    .reduce((sum, asset) => sum + gzipSync(readFileSync(new URL(asset, dist))).length, 0) / 1024

const script = weigh('.js')
console.log(`first page: script ${script.toFixed(1)} KB, style ${weigh('.css').toFixed(1)} KB (gzip); ceiling ${CEILING_KB} KB of script`)
process.exit(script > CEILING_KB ? 1 : 0)
