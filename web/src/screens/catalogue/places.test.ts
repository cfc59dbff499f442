import { expect, test } from 'vitest'

import { addressOf, askedAgain } from './places'

const hit = { kind_title: '', code: '', title: '', within: '' }
const edge = { depth: 1, relation: '', title: '', county: '', at: null, who: '' }

test('a layer and a field of it open the same page', () => {
  expect(addressOf({ ...hit, kind: 'layer', id: 'tdt1057@2020/DLTB' })).toBe('/catalogue/tdt1057@2020~DLTB')
  expect(addressOf({ ...hit, kind: 'field', id: 'tdt1057@2020/DLTB.TBMJ' })).toBe('/catalogue/tdt1057@2020~DLTB')
})

test('a code has no page of its own', () => {
  expect(addressOf({ ...hit, kind: 'code', id: 'tdt1057@2020:DLBM:0101' })).toBeNull()
})

test('an edition may be asked about again, a person not', () => {
  expect(askedAgain({ ...edge, kind: 'edition', id: 'tdt1057@2020/DLTB:340123:7' })).toBe('tdt1057@2020/DLTB:340123:7')
  expect(askedAgain({ ...edge, kind: 'person', id: '某人' })).toBeNull()
})
