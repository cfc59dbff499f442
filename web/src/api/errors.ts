/** The one shape in which anything that goes wrong reaches a screen. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly remedy: string,
    readonly status: number,
    readonly facts: Record<string, unknown> = {},
  ) {
    super(message)
    this.name = 'ApiError'
  }

  /** 403: the person may not see or do this. */
  get forbidden(): boolean {
    return this.status === 403
  }

  /** Messages by field, when the server refused an input (422). */
  get fields(): Record<string, string> {
    const fields = this.facts.fields
    return fields && typeof fields === 'object' ? (fields as Record<string, string>) : {}
  }
}

interface Body {
  code?: unknown
  message?: unknown
  remedy?: unknown
  facts?: unknown
}

/** Reads the uniform error object of the API; an answer without one is named as such. */
export function readError(status: number, text: string): ApiError {
  let body: Body = {}
  try {
    body = JSON.parse(text) as Body
  } catch {
    body = {}
  }
  if (typeof body.code === 'string' && typeof body.message === 'string') {
    const facts = body.facts && typeof body.facts === 'object' ? body.facts : {}
    return new ApiError(body.code, body.message, String(body.remedy ?? ''), status, facts as Record<string, unknown>)
  }
  return new ApiError(
    'ZY-WEB-002',
    `服务器的答复无法读取(HTTP ${status})。`,
    '请稍后重试;若反复出现,请把本页地址和时间告诉信息化办公室。',
    status,
  )
}

/** The server could not be reached at all. */
export function unreachable(): ApiError {
  return new ApiError('ZY-WEB-001', '连不上服务器,刚才的操作没有送达。', '请检查网络连接,然后重试。', 0)
}

export function asApiError(problem: unknown): ApiError {
  if (problem instanceof ApiError) return problem
  const words = problem instanceof Error ? problem.message : String(problem)
  return new ApiError('ZY-WEB-003', `页面处理数据时出错:${words}`, '请刷新页面重试;若反复出现,请告诉信息化办公室。', 0)
}
