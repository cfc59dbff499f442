/** What is laid on the map bench: which layers, how strongly, as of which day. Kept in the page's address. */
import { computed, reactive, shallowRef } from 'vue'

import { maps, type MapLayer } from '@/api/maps'
import type { FeatureCollection } from '@/api/shapes'
import type { ShapeOverlay, TileOverlay } from '@/map/layers'
import { layerDates } from './dates'

export interface Bench {
  layers: MapLayer[]
  on: string[]
  opacity: Record<string, number>
  asof: string
  /** Shanghai time, without zone: the record as it was known then; empty for now. */
  known: string
}

/** Records of what changed between two years (变更过程): they are not a state of the land and are not laid on the map. */
const CHANGE_RECORDS = ['DLTBGX', 'DLTBGXGC']
export const isChangeRecord = (id: string): boolean => CHANGE_RECORDS.includes(id.split('/').at(-1)!)

/** True where something can be seen: an edition, or rows written by cases. */
export const hasData = (layer: MapLayer): boolean => layer.editions.length > 0 || layer.by_cases === true

export function useBench() {
  const state = reactive<Bench>({ layers: [], on: [], opacity: {}, asof: '', known: '' })
  /** Shapes laid on top by the panel in use (found features, changes, the identified one). */
  const found = shallowRef<ShapeOverlay[]>([])

  const shown = computed(() => state.layers.filter((layer) => state.on.includes(layer.id)))
  const tiles = computed<TileOverlay[]>(() =>
    [...shown.value].reverse().map((layer) => ({
      id: layer.id,
      url: maps.tileUrl(layer.id, state.asof, state.known),
      style: layer.style,
      opacity: state.opacity[layer.id] ?? 0.8,
      minZoom: layer.min_zoom,
    })),
  )
  const dates = computed(() => layerDates(shown.value.length ? shown.value : state.layers))

  function lay(layers: MapLayer[], on: string[]): void {
    state.layers = layers.filter((layer) => !isChangeRecord(layer.id))
    const known = on.filter((id) => layers.some((layer) => layer.id === id))
    const first = layers.find((layer) => layer.id.endsWith('/DLTB')) ?? layers[0]
    state.on = known.length ? known : first ? [first.id] : []
  }

  function toggle(id: string): void {
    state.on = state.on.includes(id) ? state.on.filter((each) => each !== id) : [...state.on, id]
  }

  function show(id: string, data: FeatureCollection | null, style: Partial<ShapeOverlay> = {}): void {
    const others = found.value.filter((overlay) => overlay.id !== id)
    found.value = data ? [...others, { id, data, colour: '#d4145a', width: 2.5, ...style }] : others
  }

  return { state, shown, tiles, dates, found, lay, toggle, show }
}

export type BenchState = ReturnType<typeof useBench>
