/** Sample outlines of cities and counties as the ground of every map; read once and kept. */
import GeoJSON from 'ol/format/GeoJSON'
import VectorLayer from 'ol/layer/Vector'
import VectorSource from 'ol/source/Vector'
import { Fill, Stroke, Style, Text } from 'ol/style'

import { maps } from '@/api/maps'
import type { FeatureCollection } from '@/api/shapes'
import { DEGREES } from './crs'

let kept: Promise<FeatureCollection> | null = null

export async function outlineLayer(): Promise<VectorLayer> {
  kept ??= maps.outlines()
  const data = await kept.catch((problem: unknown) => {
    kept = null
    throw problem
  })
  const source = new VectorSource({ features: new GeoJSON({ dataProjection: DEGREES, featureProjection: DEGREES }).readFeatures(data) })
  return new VectorLayer({ source, zIndex: -1, declutter: true, style: (feature) => outlineStyle(String(feature.get('name') ?? '')) })
}

function outlineStyle(name: string): Style {
  return new Style({
    fill: new Fill({ color: '#f7f7f1' }),
    stroke: new Stroke({ color: '#9aa8a0', width: 1 }),
    text: new Text({
      text: name,
      font: '12px "Noto Sans CJK SC", "Microsoft YaHei", sans-serif',
      fill: new Fill({ color: '#6a7670' }),
      stroke: new Stroke({ color: '#f7f7f1', width: 3 }),
    }),
  })
}
