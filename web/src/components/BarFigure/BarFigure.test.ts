import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'

import BarFigure from './BarFigure.vue'

test('the longest bar comes first and fills the width', () => {
  const bars = mount(BarFigure, {
    props: {
      label: '地类面积',
      rows: [
        { id: '02', name: '园地', value: 5, text: '5' },
        { id: '01', name: '耕地', value: 20, text: '20' },
      ],
    },
  })
  expect(bars.findAll('.bars__name').map((name) => name.text())).toEqual(['耕地', '园地'])
  expect(bars.findAll('i').map((bar) => bar.attributes('style'))).toEqual(['width: 100%;', 'width: 25%;'])
})
