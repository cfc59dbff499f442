/** Which file of this machine belongs to which upload: kept by the browser, so that a closed one can go on. */
const PLACE = 'zy-uploads'
const MOST = 50

interface Known {
  upload: string
  file: string
}

/** A file as this machine knows it. The day of its last change is part of it: a changed file is another file. */
export const fingerprint = (file: { name: string; size: number; lastModified: number }): string =>
  `${file.name}|${file.size}|${file.lastModified}`

function read(): Known[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '[]')
    return Array.isArray(found) ? (found as Known[]) : []
  } catch {
    return []
  }
}

function write(known: Known[]): void {
  try {
    localStorage.setItem(PLACE, JSON.stringify(known.slice(-MOST)))
  } catch {
    // A full or forbidden store costs only the resumption without choosing; the node still gives the offset.
  }
}

export const memory = {
  /** Uploads begun with this very file, the newest first. */
  of: (file: string): string[] => read().filter((each) => each.file === file).map((each) => each.upload).reverse(),
  /** The file an upload was begun with on this machine; null when it was begun elsewhere. */
  fileOf: (upload: string): string | null => read().find((each) => each.upload === upload)?.file ?? null,
  keep: (upload: string, file: string): void => write([...read().filter((each) => each.upload !== upload), { upload, file }]),
  forget: (upload: string): void => write(read().filter((each) => each.upload !== upload)),
}
