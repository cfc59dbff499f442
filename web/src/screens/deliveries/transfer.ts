/**
 * One file on its way up, part by part: goes on from the offset the node has, waits and tries again when the line
 * breaks, can be paused, continued and given up. Knows nothing of screens.
 */
import { reactive } from 'vue'

import { asApiError, ApiError } from '@/api/errors'
import { checksumOf, uploads, type Upload } from '@/api/uploads'
import { memory } from './fingerprint'

export type Phase = 'sending' | 'paused' | 'waiting' | 'done' | 'failed' | 'cancelled'

export interface Going {
  phase: Phase
  upload: Upload
  /** Bytes the node has confirmed. */
  sent: number
  /** Bytes a second over the last seconds; null before the first part. */
  speed: number | null
  error: ApiError | null
  /** Seconds until the next try while waiting. */
  again: number
}

export interface Door {
  read: (id: string) => Promise<Upload>
  append: (id: string, offset: number, bytes: Blob, checksum: string, signal: AbortSignal) => Promise<number>
  cancel: (id: string) => Promise<void>
  checksum: (bytes: Blob) => Promise<string>
  now: () => number
  wait: (seconds: number, signal: AbortSignal) => Promise<void>
}

const SMALLEST = 256 * 1024
const FIRST = 1024 * 1024
const LONGEST_WAIT = 30
/** Damaged parts in a row after which the line itself is at fault. */
const MOST_DAMAGED = 5

export const realDoor: Door = {
  read: uploads.read,
  append: uploads.append,
  cancel: uploads.cancel,
  checksum: checksumOf,
  now: () => performance.now() / 1000,
  wait: (seconds, signal) =>
    new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(over, seconds * 1000)
      signal.addEventListener('abort', over, { once: true })
      globalThis.addEventListener?.('online', over, { once: true })
    }),
}

export class Transfer {
  readonly going: Going
  private part = FIRST
  private failures = 0
  private damaged = 0
  private stop = new AbortController()
  private running: Promise<void> | null = null

  constructor(
    readonly file: File,
    upload: Upload,
    private readonly door: Door = realDoor,
  ) {
    this.going = reactive<Going>({ phase: 'paused', upload, sent: upload.offset, speed: null, error: null, again: 0 })
  }

  /** Sends until the file is there, someone pauses it, or it cannot go on. Resolves when it rests. */
  run(): Promise<void> {
    this.running ??= this.loop().finally(() => (this.running = null))
    return this.running
  }

  pause(): void {
    if (this.going.phase !== 'sending' && this.going.phase !== 'waiting') return
    this.going.phase = 'paused'
    this.going.speed = null
    this.stop.abort()
  }

  /** Goes on after a pause or a failure; while waiting it tries at once. */
  async go(): Promise<void> {
    if (this.going.phase === 'sending') return this.run()
    this.stop.abort()
    await this.running
    await this.run()
  }

  /** Gives the upload up: the node drops the bytes and withdraws the delivery. */
  async cancel(): Promise<void> {
    this.pause()
    await this.running
    await this.door.cancel(this.going.upload.id).catch((problem: unknown) => {
      if (!isOver(asApiError(problem))) throw problem
    })
    memory.forget(this.going.upload.id)
    this.going.phase = 'cancelled'
  }

  private async loop(): Promise<void> {
    this.stop = new AbortController()
    this.failures = this.damaged = 0
    Object.assign(this.going, { phase: 'sending', error: null })
    if (this.going.sent > 0) await this.guarded(() => this.ask())
    while (this.going.phase === 'sending' && this.going.sent < this.file.size) await this.guarded(() => this.sendPart())
    if (this.going.phase !== 'sending') return
    memory.forget(this.going.upload.id)
    this.going.phase = 'done'
  }

  /** Where the node stands: the only truth after a break. */
  private async ask(): Promise<void> {
    const told = await this.door.read(this.going.upload.id)
    this.going.upload = told
    if (told.state === 'complete') this.going.sent = this.file.size
    else if (told.state !== 'open') throw new ApiError('ZY-WEB-010', `该上传已${told.state_title}。`, '请重新选择文件开始上传。', 410)
    else this.going.sent = told.offset
  }

  private async sendPart(): Promise<void> {
    const from = this.going.sent
    const bytes = this.file.slice(from, Math.min(from + this.part, this.file.size))
    const checksum = await this.readable(() => this.door.checksum(bytes))
    const began = this.door.now()
    this.going.sent = await this.door.append(this.going.upload.id, from, bytes, checksum, this.stop.signal)
    this.measure(bytes.size, Math.max(this.door.now() - began, 0.001))
    this.failures = this.damaged = 0
    this.going.error = null
  }

  /** A file that was moved or changed while it went up cannot be read any more. */
  private async readable<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch {
      throw new ApiError('ZY-WEB-011', `读不到文件「${this.file.name}」,它可能已被移动或改动。`, '请重新选择同一个文件继续上传。', 422)
    }
  }

  /** Speed as a moving mean; parts are cut so that one takes one to four seconds. */
  private measure(bytes: number, seconds: number): void {
    const speed = bytes / seconds
    this.going.speed = this.going.speed === null ? speed : this.going.speed * 0.7 + speed * 0.3
    if (seconds < 1) this.part = Math.min(this.part * 2, this.going.upload.part_bytes)
    else if (seconds > 4) this.part = Math.max(this.part / 2, Math.min(SMALLEST, this.going.upload.part_bytes))
  }

  private async guarded(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (problem) {
      if (this.stop.signal.aborted) return
      await this.settle(asApiError(problem))
    }
  }

  private async settle(error: ApiError): Promise<void> {
    if (error.status === 409 && typeof error.facts.offset === 'number') {
      this.going.sent = error.facts.offset
      return
    }
    if (error.status === 460 && ++this.damaged < MOST_DAMAGED) return
    if (isPassing(error)) return this.waitAndAsk(error)
    if (isOver(error)) memory.forget(this.going.upload.id)
    Object.assign(this.going, { phase: 'failed', error, speed: null })
  }

  private async waitAndAsk(error: ApiError): Promise<void> {
    const seconds = Math.min(2 ** this.failures, LONGEST_WAIT)
    this.failures += 1
    Object.assign(this.going, { phase: 'waiting', error, again: seconds, speed: null })
    await this.door.wait(seconds, this.stop.signal)
    if (this.stop.signal.aborted) return
    this.going.phase = 'sending'
    await this.guarded(() => this.ask())
  }
}

/** The line or the node is away, or another connection still holds the upload: it will come back. */
function isPassing(error: ApiError): boolean {
  return error.code === 'ZY-WEB-001' || error.status === 423 || error.status === 429 || error.status >= 500
}

/** The upload is no more: cancelled, expired, unknown. */
function isOver(error: ApiError): boolean {
  return error.status === 404 || error.status === 410
}

/** Seconds that remain at the present speed; null while nothing is known. */
export function remaining(going: Going, size: number): number | null {
  return going.speed ? Math.round((size - going.sent) / going.speed) : null
}
