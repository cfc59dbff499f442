/**
 * Drawing of a site on the public page 用地范围. The page works without this script (upload of boundary points);
 * with it the site can also be drawn, adjusted or typed. Nothing is taken here: the server reads the drawing, shows
 * zone, place and area, and asks for confirmation as it does for a file.
 */
import OlMap from 'ol/Map'
import View from 'ol/View'
import { defaults as defaultControls, ScaleLine } from 'ol/control'
import GeoJSON from 'ol/format/GeoJSON'
import Polygon from 'ol/geom/Polygon'
import { Draw, Modify } from 'ol/interaction'
import VectorLayer from 'ol/layer/Vector'
import Feature from 'ol/Feature'
import VectorSource from 'ol/source/Vector'
import { getArea } from 'ol/sphere'
import { Circle, Fill, Stroke, Style, Text } from 'ol/style'

import { DEGREES } from '@/map/crs'
import { addRing, geometryOf, polygonsOf, ringsOf, textOf, type Ring, WrongLine } from './rings'

type Mode = 'draw' | 'modify'

const FORMAT = new GeoJSON({ dataProjection: DEGREES, featureProjection: DEGREES })
const FONT = '"Noto Sans CJK SC", "Microsoft YaHei", sans-serif'
const ANHUI = [114.8, 29.4, 119.7, 34.7]

const MARKUP = `
  <h3>在地图上绘制</h3>
  <p class="hint">逐点点击画出边界,双击结束;画在已有范围之内的环作为孔洞。也可以直接输入坐标。底图为示例界线,仅供找位置。</p>
  <label for="draw-county">到县(市、区)</label><select id="draw-county"><option value="">请选择</option></select>
  <div class="draw-tools" role="group" aria-label="绘制工具">
    <button type="button" class="button plain small" data-act="draw" aria-pressed="false">画边界</button>
    <button type="button" class="button plain small" data-act="modify" aria-pressed="false">拖动顶点</button>
    <button type="button" class="button plain small" data-act="back">撤销一点</button>
    <button type="button" class="button plain small" data-act="clear">全部清除</button>
  </div>
  <div class="draw-map" tabindex="0" role="application" aria-label="绘制用地范围的地图,方向键平移,加减键缩放"></div>
  <p class="draw-said" role="status"></p>
  <details><summary>按坐标输入或修改</summary>
    <label for="draw-text">顶点(每行一点;空一行开始下一个环)</label>
    <textarea id="draw-text" rows="8" spellcheck="false" aria-describedby="draw-text-hint"></textarea>
    <small id="draw-text-hint">“经度,纬度”(度),或“东坐标,北坐标”(米,东坐标带带号)。</small><br>
    <button type="button" class="button plain" data-act="typed">按坐标画出</button>
  </details>
  <button type="submit" class="button plain">读取并显示所画范围</button>`

class Drawing {
  private readonly source = new VectorSource<Feature<Polygon>>()
  private readonly map: OlMap
  private readonly draw: Draw
  private readonly modify = new Modify({ source: this.source })
  private mode: Mode = 'draw'

  constructor(private readonly form: HTMLFormElement) {
    form.insertAdjacentHTML('beforeend', MARKUP)
    form.classList.add('draw', 'box')
    form.hidden = false
    this.draw = new Draw({ source: this.source, type: 'Polygon', freehandCondition: () => false, stopClick: true })
    this.map = new OlMap({
      target: this.part('.draw-map'),
      controls: defaultControls({ attribution: false, rotate: false, zoomOptions: { zoomInTipLabel: '放大', zoomOutTipLabel: '缩小' } }).extend([new ScaleLine()]),
      layers: [new VectorLayer({ source: this.source, style: siteStyle, zIndex: 1 })],
      view: new View({ projection: DEGREES, center: [117.2, 31.8], zoom: 8, maxZoom: 24, enableRotation: false }),
    })
    this.map.getView().fit(ANHUI)
    this.map.addInteraction(this.modify)
    this.map.addInteraction(this.draw)
    this.listen()
    this.use('draw')
    this.changed()
  }

  /** Begin with what is already known of the site. */
  begin(known: object | null): void {
    if (!known) return
    const rings = (FORMAT.readGeometry(known) as unknown as { getPolygons(): Polygon[] }).getPolygons()
    this.set(rings)
    this.use('modify')
  }

  /** County outlines as ground, and their names to go to. */
  async ground(address: string): Promise<void> {
    const answer = await fetch(address)
    if (!answer.ok) return this.say('底图没有读到;仍可绘制或按坐标输入。')
    const counties = new VectorSource({ features: FORMAT.readFeatures(await answer.json()) })
    this.map.addLayer(new VectorLayer({ source: counties, style: countyStyle, declutter: true }))
    const choice = this.part<HTMLSelectElement>('#draw-county')
    for (const county of counties.getFeatures().sort((a, b) => String(a.get('code')).localeCompare(String(b.get('code')))))
      choice.add(new Option(String(county.get('name')), String(county.get('code'))))
    choice.addEventListener('change', () => {
      const county = counties.getFeatures().find((feature) => feature.get('code') === choice.value)
      if (county) this.map.getView().fit(county.getGeometry()!.getExtent(), { padding: [16, 16, 16, 16] })
    })
  }

  private part<E extends HTMLElement>(selector: string): E {
    return this.form.querySelector<E>(selector)!
  }

  private listen(): void {
    this.draw.on('drawend', (event) => {
      const drawn = event.feature.getGeometry() as Polygon
      setTimeout(() => this.adopt(event.feature as Feature<Polygon>, drawn))
    })
    this.modify.on('modifyend', () => this.changed())
    this.form.addEventListener('click', (event) => {
      const act = (event.target as HTMLElement).closest<HTMLElement>('[data-act]')?.dataset.act
      if (act) this.act(act)
    })
    this.form.addEventListener('submit', (event) => {
      const geometry = geometryOf(this.polygons())
      if (geometry) this.part<HTMLInputElement>('[name=geojson]').value = JSON.stringify(geometry)
      else {
        event.preventDefault()
        this.say('还没有画出范围。')
      }
    })
  }

  private act(act: string): void {
    if (act === 'draw' || act === 'modify') this.use(act)
    else if (act === 'back') this.draw.removeLastPoint()
    else if (act === 'typed') this.typed()
    else {
      this.draw.abortDrawing()
      this.set([])
      this.use('draw')
    }
  }

  private use(mode: Mode): void {
    this.mode = mode
    this.draw.setActive(mode === 'draw')
    this.modify.setActive(mode === 'modify')
    for (const name of ['draw', 'modify']) this.part(`[data-act=${name}]`).setAttribute('aria-pressed', String(name === mode))
    this.part<HTMLButtonElement>('[data-act=back]').disabled = mode !== 'draw'
  }

  /** A finished ring: a polygon of its own, or a hole of the one it lies in. */
  private adopt(feature: Feature<Polygon>, drawn: Polygon): void {
    this.source.removeFeature(feature)
    const polygons = this.polygons()
    const hole = addRing(polygons, drawn.getCoordinates()[0]!.slice(0, -1) as Ring)
    this.set(polygons)
    if (hole) this.say(`已作为孔洞。${this.summary()}`)
  }

  private typed(): void {
    try {
      const polygons = polygonsOf(ringsOf(this.part<HTMLTextAreaElement>('#draw-text').value))
      this.set(polygons)
      if (polygons.length) this.map.getView().fit(this.source.getExtent()!, { padding: [48, 48, 48, 48] })
      this.use(polygons.length ? 'modify' : 'draw')
    } catch (wrong) {
      if (!(wrong instanceof WrongLine)) throw wrong
      this.say(wrong.message)
    }
  }

  private polygons(): Polygon[] {
    return this.source.getFeatures().map((feature) => feature.getGeometry()!)
  }

  private set(polygons: Polygon[]): void {
    this.source.clear()
    this.source.addFeatures(polygons.map((polygon) => new Feature(polygon)))
    if (polygons.length && this.mode) this.show()
    this.changed()
  }

  /** Bring what was set into view when none of it is seen. */
  private show(): void {
    const box = this.source.getExtent()!
    const seen = this.map.getView().calculateExtent()
    const away = box[0]! > seen[2]! || box[2]! < seen[0]! || box[1]! > seen[3]! || box[3]! < seen[1]!
    const small = box[2]! - box[0]! < (seen[2]! - seen[0]!) / 50
    if (away || small) this.map.getView().fit(box, { padding: [48, 48, 48, 48], maxZoom: 20 })
  }

  private changed(): void {
    this.part<HTMLTextAreaElement>('#draw-text').value = textOf(this.polygons())
    this.say(this.summary())
  }

  private summary(): string {
    const polygons = this.polygons()
    if (!polygons.length) return '还没有画出范围。'
    const points = polygons.reduce((n, p) => n + p.getCoordinates().reduce((m, ring) => m + ring.length - 1, 0), 0)
    const hectares = polygons.reduce((sum, polygon) => sum + getArea(polygon, { projection: DEGREES }), 0) / 10_000
    return `${polygons.length} 个地块,${points} 个顶点,约 ${hectares.toFixed(2)} 公顷(以读取后显示的面积为准)。`
  }

  private say(text: string): void {
    this.part('.draw-said').textContent = text
  }
}

const vertices = new Style({
  image: new Circle({ radius: 5, fill: new Fill({ color: '#fff' }), stroke: new Stroke({ color: '#c8102e', width: 2 }) }),
})
const siteStyle = new Style({ fill: new Fill({ color: 'rgba(200, 16, 46, 0.18)' }), stroke: new Stroke({ color: '#c8102e', width: 2 }), image: vertices.getImage()! })

function countyStyle(county: { get(name: string): unknown }): Style {
  return new Style({
    fill: new Fill({ color: '#f4f1e8' }),
    stroke: new Stroke({ color: '#9a9488', width: 1 }),
    text: new Text({ text: String(county.get('name')), font: `13px ${FONT}`, fill: new Fill({ color: '#52606d' }), stroke: new Stroke({ color: '#f4f1e8', width: 3 }) }),
  })
}

/** Begin when the page has its style: a map needs a size. */
function start(form: HTMLFormElement): void {
  const drawing = new Drawing(form)
  drawing.begin(JSON.parse(document.getElementById('drawn')?.textContent ?? 'null') as object | null)
  void drawing.ground('/outlines.geojson')
}

const form = document.querySelector<HTMLFormElement>('form#draw')
if (form && document.readyState === 'complete') start(form)
else if (form) addEventListener('load', () => start(form), { once: true })
