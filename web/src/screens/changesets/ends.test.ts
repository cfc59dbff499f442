import { expect, test } from 'vitest'

import type { Edition } from '@/api/editions'
import { forward } from './ends'

const edition = (id: number, reference_date: string, sealed: string, state = 'earlier') => ({ id, reference_date, sealed, state }) as Edition

test('a correction of the same day comes after what it corrects, a withdrawn edition is no end', () => {
  const all = [
    edition(3, '2024-12-31', '2026-03-01'),
    edition(1, '2023-12-31', '2026-01-01'),
    edition(4, '2025-12-31', '2026-04-01', 'withdrawn'),
    edition(2, '2024-12-31', '2026-02-01', 'superseded'),
  ]
  expect(forward(all).map((each) => each.id)).toEqual([1, 2, 3])
})
