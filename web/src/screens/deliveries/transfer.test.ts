import { beforeEach, expect, test, vi } from 'vitest'

import { ApiError, unreachable } from '@/api/errors'
import type { Upload } from '@/api/uploads'
import { fingerprint, memory } from './fingerprint'
import { remaining, Transfer, type Door } from './transfer'

const MIB = 1024 * 1024
const size = 5 * MIB + 17

/** A node that keeps what it was sent; `faults` are thrown in turn before it takes a part. */
function node(faults: (Error | null)[] = []) {
  const kept = { offset: 0, state: 'open' as Upload['state'], parts: [] as [number, number][], waits: [] as number[], cancelled: 0, clock: 0 }
  const told = (): Upload => ({ ...upload, offset: kept.offset, state: kept.state, state_title: kept.state === 'expired' ? '过期' : '' })
  const door: Door = {
    read: async () => told(),
    append: async (_id, offset, bytes) => {
      const fault = faults.shift()
      if (fault) throw fault
      if (offset !== kept.offset) throw new ApiError('ZY-DLV-033', '位置不符', '', 409, { offset: kept.offset })
      kept.parts.push([offset, bytes.size])
      kept.clock += 2
      return (kept.offset += bytes.size)
    },
    cancel: async () => void (kept.cancelled += 1),
    checksum: async () => 'sha256 x',
    now: () => kept.clock,
    wait: async (seconds) => void kept.waits.push(seconds),
  }
  return { kept, door }
}

const upload = {
  id: 'a1', delivery: 7, no: '340123-2024-1', county: '340123', county_name: '肥西县', period: '2024', mandate: 'survey_county', kind: 'full',
  name: 'a.zip', size, offset: 0, percent: 0, state: 'open', state_title: '正在上传', part_bytes: 8 * MIB, expires: '', created_by: '',
} satisfies Upload
const file = new File([new Uint8Array(size)], 'a.zip', { lastModified: 1 })

beforeEach(() => localStorage.clear())

test('a file goes up in parts that touch one another and cover it once', async () => {
  const { kept, door } = node()
  const transfer = new Transfer(file, upload, door)
  await transfer.run()
  expect(transfer.going.phase).toBe('done')
  expect(kept.parts.reduce((end, [from, bytes]) => (expect(from).toBe(end), from + bytes), 0)).toBe(size)
})

test('after a broken line it waits longer each time, asks where the node stands, and goes on from there', async () => {
  const { kept, door } = node([null, unreachable(), unreachable(), unreachable()])
  const transfer = new Transfer(file, upload, door)
  await transfer.run()
  expect(kept.waits).toEqual([1, 2, 4])
  expect(transfer.going.phase).toBe('done')
  expect(kept.offset).toBe(size)
})

test('what was acknowledged while the answer was lost is not sent again', async () => {
  const { kept, door } = node()
  const append = door.append
  let lost = true
  door.append = async (...given) => {
    const offset = await append(...given)
    if (lost) {
      lost = false
      throw unreachable()
    }
    return offset
  }
  await new Transfer(file, upload, door).run()
  expect(kept.parts.map(([from]) => from)).toEqual([...new Set(kept.parts.map(([from]) => from))])
  expect(kept.offset).toBe(size)
})

test('a browser that was closed goes on from the offset of the node', async () => {
  const { kept, door } = node()
  kept.offset = 3 * MIB
  await new Transfer(file, { ...upload, offset: 3 * MIB }, door).run()
  expect(kept.parts[0]![0]).toBe(3 * MIB)
})

test('a wrong offset is taken from the refusal, a damaged part is sent again, five damaged ones in a row end it', async () => {
  const damaged = (): ApiError => new ApiError('ZY-DLV-034', '这一段数据校验不符', '', 460)
  const { kept, door } = node([damaged(), damaged()])
  kept.offset = MIB
  const transfer = new Transfer(file, upload, door)
  await transfer.run()
  expect(transfer.going.phase).toBe('done')
  const hopeless = new Transfer(file, upload, node(Array.from({ length: 9 }, damaged)).door)
  await hopeless.run()
  expect(hopeless.going.phase).toBe('failed')
  expect(hopeless.going.error?.code).toBe('ZY-DLV-034')
})

test('a refusal that will not pass stops it and keeps its words; an upload that is over is forgotten', async () => {
  memory.keep('a1', fingerprint(file))
  const full = new Transfer(file, upload, node([new ApiError('ZY-DLV-035', '超过额度', '', 413)]).door)
  await full.run()
  expect([full.going.phase, full.going.error?.message]).toEqual(['failed', '超过额度'])
  expect(memory.of(fingerprint(file))).toEqual(['a1'])
  const { kept, door } = node()
  kept.state = 'expired'
  const late = new Transfer(file, { ...upload, offset: MIB }, door)
  await late.run()
  expect(late.going.error?.message).toContain('过期')
  expect(memory.of(fingerprint(file))).toEqual([])
})

test('paused it rests and keeps its place; continued it finishes', async () => {
  const { kept, door } = node()
  const append = door.append
  const transfer: Transfer = new Transfer(file, upload, { ...door, append: async (...given) => {
    if (kept.parts.length === 1 && transfer.going.phase === 'sending') transfer.pause()
    return append(...given)
  } })
  await transfer.run()
  expect(transfer.going.phase).toBe('paused')
  expect(kept.offset).toBeLessThan(size)
  await transfer.go()
  expect(transfer.going.phase).toBe('done')
})

test('waiting ends at once when someone tries again or pauses', async () => {
  const { door } = node([unreachable()])
  let release = (): void => undefined
  door.wait = (_seconds, signal) => new Promise((resolve) => ((release = resolve), signal.addEventListener('abort', () => resolve())))
  const transfer = new Transfer(file, upload, door)
  const first = transfer.run()
  await vi.waitFor(() => expect(transfer.going.phase).toBe('waiting'))
  transfer.pause()
  await first
  expect(transfer.going.phase).toBe('paused')
  release()
  await transfer.go()
  expect(transfer.going.phase).toBe('done')
})

test('given up, the node is told, also when it knows the upload no more', async () => {
  const { kept, door } = node()
  const transfer = new Transfer(file, upload, door)
  memory.keep('a1', fingerprint(file))
  await transfer.cancel()
  expect([transfer.going.phase, kept.cancelled, memory.of(fingerprint(file))]).toEqual(['cancelled', 1, []])
  const gone = new Transfer(file, upload, { ...door, cancel: async () => Promise.reject(new ApiError('ZY-DLV-030', '没有', '', 404)) })
  await gone.cancel()
  expect(gone.going.phase).toBe('cancelled')
})

test('a file that cannot be read any more says so', async () => {
  const { door } = node()
  const transfer = new Transfer(file, upload, { ...door, checksum: async () => Promise.reject(new DOMException('gone')) })
  await transfer.run()
  expect(transfer.going.error?.code).toBe('ZY-WEB-011')
})

test('the remaining time follows the speed', () => {
  const { door } = node()
  const { going } = new Transfer(file, upload, door)
  expect(remaining(going, 1000)).toBeNull()
  Object.assign(going, { speed: 100, sent: 400 })
  expect(remaining(going, 1000)).toBe(6)
})

test('a changed file is another file', () => {
  const changed = new File([new Uint8Array(size)], 'a.zip', { lastModified: 2 })
  memory.keep('a1', fingerprint(file))
  expect(memory.of(fingerprint(changed))).toEqual([])
  expect(memory.fileOf('a1')).toBe(fingerprint(file))
})
