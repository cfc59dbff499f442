/** The files on their way up from this browser; they go on while one works on other pages. */
import { shallowReactive, watch } from 'vue'

import { session } from '@/session/session'
import type { Upload } from '@/api/uploads'
import { fingerprint, memory } from './fingerprint'
import { Transfer } from './transfer'

export const transfers = shallowReactive<Transfer[]>([])

/** Sends a file for an upload; one that already goes on is not started twice. */
export function send(file: File, upload: Upload): Transfer {
  const known = transfers.find((each) => each.going.upload.id === upload.id)
  if (known && known.going.phase !== 'failed') {
    void known.go()
    return known
  }
  if (known) drop(known)
  memory.keep(upload.id, fingerprint(file))
  const made = new Transfer(file, upload)
  transfers.unshift(made)
  void made.run()
  return made
}

/** Takes a finished or failed one off the list; the node keeps what it has. */
export function drop(transfer: Transfer): void {
  transfer.pause()
  const at = transfers.indexOf(transfer)
  if (at >= 0) transfers.splice(at, 1)
}

const isMoving = (transfer: Transfer): boolean => transfer.going.phase === 'sending' || transfer.going.phase === 'waiting'

window.addEventListener('beforeunload', (event) => {
  if (transfers.some(isMoving)) event.preventDefault()
})

let owner: number | null = null
watch(
  () => session.person.value?.id ?? null,
  (person) => {
    if (person === null) transfers.forEach((each) => each.pause())
    else if (owner !== null && owner !== person) [...transfers].forEach(drop)
    if (person !== null) owner = person
  },
  { immediate: true },
)
