/** OpenLayers layers of the workbench, all in EPSG:4490. */
import GeoJSON from 'ol/format/GeoJSON'
import MVT from 'ol/format/MVT'
import VectorLayer from 'ol/layer/Vector'
import VectorTileLayer from 'ol/layer/VectorTile'
import VectorSource from 'ol/source/Vector'
import VectorTileSource from 'ol/source/VectorTile'
import { Circle, Fill, Stroke, Style, Text } from 'ol/style'
import TileGrid from 'ol/tilegrid/TileGrid'

import type { LayerStyle, StyleRule } from '@/api/maps'
import type { FeatureCollection } from '@/api/shapes'
import { DEGREES } from './crs'
import { ruleFor } from './style'

export const DEEPEST = 18
/** Degrees a pixel (about 15 m) above which borders would cover the patches themselves. */
const OUTLINED_BELOW = 0.000_15

/** Two tiles of 180° side by side at level 0, from the north-west corner of the world. */
export const tileGrid = new TileGrid({
  extent: [-180, -90, 180, 90],
  origin: [-180, 90],
  resolutions: Array.from({ length: DEEPEST + 1 }, (_, level) => 180 / 256 / 2 ** level),
  tileSize: 256,
})

/** A layer of the one map served as vector tiles. */
export interface TileOverlay {
  id: string
  url: string
  style: LayerStyle
  opacity: number
  minZoom: number
}

/** Features held by the page itself: a site, pieces, findings, changes. */
export interface ShapeOverlay {
  id: string
  data: FeatureCollection
  /** Drawn by the feature's property of this name through `colours`, or all alike. */
  colourBy?: string
  colours?: Record<string, string>
  colour: string
  fill?: boolean
  width?: number
  label?: string
}

const format = new GeoJSON({ dataProjection: DEGREES, featureProjection: DEGREES })

/** Patches lose their border from afar; lines and points are drawn at every scale. */
export function tileStyle(rule: StyleRule, kind: string, outlined: boolean): Style {
  if (kind.endsWith('LineString')) return new Style({ stroke: new Stroke({ color: rule.stroke, width: 1.6 }) })
  const fill = new Fill({ color: rule.fill })
  if (kind.endsWith('Point')) return new Style({ image: new Circle({ radius: 4, fill, stroke: new Stroke({ color: rule.stroke, width: 1.2 }) }) })
  return new Style({ fill, stroke: outlined ? new Stroke({ color: rule.stroke, width: 0.6 }) : undefined })
}

export function tileLayer(overlay: TileOverlay): VectorTileLayer {
  const cache = new Map<string, Style>()
  return new VectorTileLayer({
    properties: { overlay: overlay.id },
    opacity: overlay.opacity,
    minZoom: Math.max(0, overlay.minZoom - 1),
    renderMode: 'hybrid',
    declutter: false,
    source: new VectorTileSource({ format: new MVT(), projection: DEGREES, tileGrid, url: overlay.url, transition: 0 }),
    style: (feature, resolution) => {
      const value = overlay.style.field ? String(feature.get(overlay.style.field) ?? '') : ''
      const outlined = resolution < OUTLINED_BELOW
      const kind = feature.getGeometry()?.getType() ?? 'Polygon'
      const key = `${kind}${outlined ? 1 : 0}${value}`
      let style = cache.get(key)
      if (!style) {
        style = tileStyle(ruleFor(overlay.style, value), kind, outlined)
        cache.set(key, style)
      }
      return style
    },
  })
}

export function shapeStyle(overlay: ShapeOverlay, value: string, label: string, chosen: boolean): Style[] {
  const colour = (overlay.colourBy && overlay.colours?.[value]) || overlay.colour
  const stroke = new Stroke({ color: colour, width: (overlay.width ?? 1.5) + (chosen ? 2 : 0) })
  const fill = overlay.fill === false ? undefined : new Fill({ color: `${colour}${chosen ? '66' : '33'}` })
  const main = new Style({
    stroke,
    fill,
    zIndex: chosen ? 10 : 1,
    image: new Circle({
      radius: chosen ? 8 : 5,
      fill: new Fill({ color: colour }),
      stroke: new Stroke({ color: '#fff', width: chosen ? 3 : 1.5 }),
    }),
    text: label
      ? new Text({ text: label, font: '12px sans-serif', overflow: true, fill: new Fill({ color: '#33404d' }), stroke: new Stroke({ color: '#fff', width: 3 }) })
      : undefined,
  })
  if (!chosen) return [main]
  const halo = new Style({ stroke: new Stroke({ color: '#fff', width: (overlay.width ?? 1.5) + 5 }), zIndex: 9 })
  return [halo, main]
}

export function shapeLayer(overlay: ShapeOverlay, isChosen: (id: string) => boolean): VectorLayer {
  const features = format.readFeatures(overlay.data)
  return new VectorLayer({
    properties: { overlay: overlay.id },
    source: new VectorSource({ features }),
    style: (feature) => {
      const value = overlay.colourBy ? String(feature.get(overlay.colourBy) ?? '') : ''
      const label = overlay.label ? String(feature.get(overlay.label) ?? '') : ''
      return shapeStyle(overlay, value, label, isChosen(String(feature.getId() ?? '')))
    },
  })
}
