import { expect, test } from 'vitest'

import { regionsOf } from './regions'
import { questionsIn } from './words'

const county = { code: '340123', name: '肥西县' }
const at = (village: string | null) => ({ village, village_name: village && `村${village.slice(-1)}` })

test('findings of one village may be excepted there, in its town, or in the county', () => {
  expect(regionsOf([at('340123101001'), at('340123101001')], county).map((place) => place.code)).toEqual(['340123101001', '340123101', '340123'])
})

test('findings of two villages only where both lie; one without a village only in the county', () => {
  expect(regionsOf([at('340123101001'), at('340123101002')], county).map((place) => place.code)).toEqual(['340123101', '340123'])
  expect(regionsOf([at('340123101001'), at('340123102001')], county).map((place) => place.code)).toEqual(['340123'])
  expect(regionsOf([at('340123101001'), at(null)], county).map((place) => place.code)).toEqual(['340123'])
})

test('only the families of the guards are questions', () => {
  expect(questionsIn(['拓扑', '编码', '坐标系', '编码'])).toEqual(['encoding', 'crs'])
})
