// Plausible answers for the fake node; made by rule so that lists are long enough to look at.
const WEST = 117.1
const SOUTH = 31.7
const square = (x: number, y: number, d = 0.004) => ({
  type: 'Polygon',
  coordinates: [[[x, y], [x + d, y], [x + d, y + d], [x, y + d], [x, y]]],
})
const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))
const page = <T>(items: T[]) => ({ items, next: null })
const D = 'a3f1c9e27b604d5518aa90c3e1f7d2b4a3f1c9e27b604d5518aa90c3e1f7d2b4'

export const health = {
  node: 'inner', zone: 'inner', database: 'ok', worker: { ok: true, last: '2026-11-25T08:00:00Z' },
  exchange: { sent: 12, received: 9, waiting: 0, bad: 0 }, checks: [{ name: 'disk', ok: true, detail: '余 40 GB' }],
}
export const exchange = { items: [{ stream: 'outer→inner', last: 9, state: 'ok' }, { stream: 'inner→outer', last: 12, state: 'ok' }] }
export const regions = page([
  { code: '340000', name: '安徽省', level: 'province', parent: null },
  { code: '340100', name: '合肥市', level: 'city', parent: '340000' },
  { code: '340123', name: '肥西县', level: 'county', parent: '340100' },
  { code: '340121', name: '长丰县', level: 'county', parent: '340100' },
])
export const me = {
  person: { id: 1, user: 'province', name: '周明', organ: 'p', organ_name: '安徽省自然资源厅', region: '340000', region_name: '安徽省', roles: ['province_chief'], role_titles: ['省级审批'] },
  node: { name: 'inner', zone: 'inner', title: '示例省内网节点', sample: true }, csrf: 'x', counts: { todo: 18 }, bounds: [116.8, 31.5, 117.6, 32.4],
  permissions: ['home.read', 'map.read', 'map.export', 'delivery.read', 'delivery.submit', 'delivery.accept', 'control_area.read', 'control_area.register', 'case.read', 'case.act', 'case.export', 'audit.read', 'node.read'],
}
const LAMPS = ['red', 'yellow', 'green', 'green', 'none']
const row = (i: number) => ({
  id: i + 1, no: `皖预审〔2026〕${String(i + 1).padStart(4, '0')}号`, title: ['肥西县紫蓬山片区污水处理厂提标扩建项目', '合肥至周口高速公路寿县(保义)至颍上(南照)段', '上派镇第三小学新建工程'][i % 3],
  matter: 'use_control/site_review', matter_title: '建设项目用地预审与选址', region: '340123', region_name: '肥西县', applicant: '肥西县城乡建设投资有限公司',
  status: ['open', 'correcting', 'granted'][i % 3], status_title: ['办理中', '待补正', '已批准'][i % 3], opened: '2026-11-18T01:20:00Z', due: '2026-12-16',
  days_left: i % 5 === 4 ? null : i - 1, lamp: LAMPS[Math.min(i, 4)], provisional: i % 4 === 3,
})
export const tasks = page(many(18, (i) => {
  const c = row(i)
  return { id: i + 1, case: c, node: 'county', node_title: ['县级初审', '市级审核', '省级审批'][i % 3], opened: c.opened, due: c.due, days_left: c.days_left, lamp: c.lamp, provisional: c.provisional, state: 'open' }
}))
export const caseList = page(many(30, row))
const theme = (id: string, title: string, status: string, area: string, share: string) => ({
  id, title, status, law_status: '现行有效', article: '土地管理法 第三十五条', area_m2: area, share, office: '耕地保护监督处',
  editions: [{ layer: 'control_lines@2021/YJJBNTTB', county: '340123', edition: 12, digest: D, reference_date: '2024-12-31' }],
  rows: status === 'concerned' ? [{ code: '0101', name: '水田', area_m2: area, share, features: 3 }] : [], dropped: status === 'concerned' ? [{ area_m2: '0.42' }] : [], remedy: status === 'concerned' ? '调整选址避让;确实难以避让的,附不可避让论证和补划方案。' : '',
})
const classes = [
  { code: '0101', name: '水田', level1: '01', area_m2: '23456.78', share: '58.64', features: 5 },
  { code: '0301', name: '乔木林地', level1: '03', area_m2: '10234.11', share: '25.59', features: 2 },
  { code: '0702', name: '农村宅基地', level1: '07', area_m2: '6309.11', share: '15.77', features: 4 },
]
const node = (id: string, title: string, type: string, x: number, state: string, w = 100, h = 80) => ({ id, title, type, lane: '', x, y: 100 - h / 2, w, h, state })
export const caseRecord = {
  ...row(1), outer_no: 'W20261118-0007', regions: [{ code: '340123', name: '肥西县' }], accepted: '2026-11-18T02:00:00Z', status: 'open', status_title: '办理中',
  clock: { statutory: 20, promised: 10, used: 4, stopped: 2, stops: [{ kind: '补正', basis: '一次性告知书', from: '2026-11-20T02:00:00Z', to: '2026-11-24T02:00:00Z' }] },
  form: [{ group: '项目', fields: [{ path: 'project_name', title: '项目名称', value: 'x', text: row(0).title }, { path: 'kind', title: '建设性质', value: 'x', text: '新建' }, { path: 'invest', title: '总投资', value: 'x', text: '12,300 万元' }] }, { group: '单位', fields: [{ path: 'unit', title: '申请单位', value: 'x', text: '肥西县城乡建设投资有限公司' }, { path: 'phone', title: '联系电话', value: 'x', text: '0551-6884xxxx' }] }],
  papers: [{ id: 1, kind: 'request', title: '申请报告', name: '申请报告.pdf', size: 234567, digest: D, required: true, note: '', url: '#' }, { id: 2, kind: 'txt', title: '界址点坐标', name: '界址点.txt', size: 4567, digest: D, required: true, note: '', url: '#' }, { id: null, kind: 'proof', title: '占用永久基本农田不可避让论证', name: '', size: 0, digest: '', required: true, note: '缺少', url: null }],
  site: { zone: 39, geojson: square(WEST, SOUTH, 0.006), area_m2: '40000.00', parcels: [{ no: '1', name: '地块一', area_m2: '40000.00' }], bounds: [WEST, SOUTH, WEST + 0.006, SOUTH + 0.006] },
  screening: { on: '2026-11-25', known: null, site_area_m2: '40000.00', closing_difference_m2: '0.01', pieces_url: '', classes, themes: [{ ...theme('land_use', '现状地类', 'concerned', '40000.00', '100.00'), rows: classes }, theme('farmland', '永久基本农田', 'concerned', '15321.40', '38.30'), theme('red_line', '生态保护红线', 'not_concerned', '0', '0'), theme('urban_boundary', '城镇开发边界', 'no_data', '0', '0')] },
  route: { level: 'city', organ: '市级', reason: '按决策表“审批层级”由市级办理', trace: [] },
  flow: {
    nodes: [node('s', '收件', 'startEvent', 20, 'done', 36, 36), node('c', '县级初审', 'userTask', 110, 'done'), node('m', '市级审核', 'userTask', 280, 'now'), node('g', '', 'exclusiveGateway', 440, 'todo', 50, 50), node('p', '省级审批', 'userTask', 560, 'todo'), node('e', '办结', 'endEvent', 740, 'todo', 36, 36)],
    edges: [['s', 'c', 56, 110], ['c', 'm', 210, 280], ['m', 'g', 380, 440], ['g', 'p', 490, 560], ['p', 'e', 660, 740]].map(([a, b, x, y], i) => ({ id: `f${i}`, from: a, to: b, points: [[x, 100], [y, 100]], taken: i < 2, name: i === 3 ? '需省级' : '' })),
  },
  opinions: [{ task: 1, node_title: '县级初审', person: '李强', organ_name: '肥西县自然资源和规划局', outcome: 'agree', outcome_title: '同意', opinion: '材料齐全,符合法定形式,拟同意。', at: '2026-11-20T01:00:00Z' }],
  log: many(6, (i) => ({ seq: i + 1, at: '2026-11-18T01:20:00Z', actor: '李强', kind: 'opened', title: ['收件', '图上审查', '受理', '签收', '办理', '补正'][i], body: i === 5 ? { items: [{ kind: 'paper', target: 'a', text: '补附位置图' }] } : {} })),
  documents: [], tasks: [{ id: 2, node: 'm', node_title: '市级审核', holder: '周明', state: 'open' }],
  actions: [
    { id: 'agree', title: '同意并提交', enabled: true, reason: '', needs: ['opinion'], task: 2, primary: true, consequence: '提交后转入下一环节;最后一个环节同意即作出决定并制发意见书,不能修改。' },
    { id: 'correct', title: '退回补正', enabled: true, reason: '', needs: ['items'], task: 2, primary: true, consequence: '一次性告知申请人补正,时限暂停;补正后直接回到您这里。' },
    { id: 'refuse', title: '不予通过', enabled: true, reason: '', needs: ['opinion'], task: 2, primary: false, consequence: '作出不予通过的决定并送达申请人,案件办结。' },
    { id: 'handover', title: '转办', enabled: true, reason: '', needs: ['to'], task: 2, primary: false, consequence: '案件交由所选人员办理,您不再办理本环节。' },
    { id: 'recall', title: '撤回', enabled: false, reason: '下一环节已经办理,不能撤回', needs: [], task: 2, primary: false, consequence: '' },
  ],
  phrases: ['同意。', '材料齐全,符合法定形式,拟同意。', '请补充占用永久基本农田不可避让论证。'], rating: null,
}
export const pieces = { type: 'FeatureCollection', features: [['land_use', '0101', '水田', 0], ['land_use', '0301', '乔木林地', 0.003], ['farmland', '0101', '水田', 0.001]].map(([theme, code, name, d]) => ({ type: 'Feature', geometry: square(WEST + Number(d), SOUTH + Number(d), 0.003), properties: { theme, code, name, area_m2: '15321.40' } })) }
const drow = (i: number) => ({ id: i + 1, no: `340123-2024-${i + 1}`, county: '340123', county_name: '肥西县', period: '2024', standard: 'tdt1057@2020', state: ['checking', 'returned', 'sealed', 'review'][i % 4], state_title: ['正在质检', '已退回', '已入库', '待审核'][i % 4], file_name: '340123-2024.zip', size: 12345678, errors: i % 4 === 1 ? 213 : 0, warnings: 4, submitted: '2026-11-25T01:20:00Z', submitted_by: '张伟', progress: { step: '拓扑检查', done: 8200, total: 20000, percent: 41 }, edition: i % 4 === 2 ? 'E12' : null })
export const deliveryList = page(many(8, drow))
export const expected = [{ county: '340123', county_name: '肥西县', period: '2025', due: '2026-12-31', state: 'missing' }]
export const deliveryRecord = { ...drow(1), layers: [{ layer: 'XZQ', title: '行政区', features: 1, area_m2: '1660000000.00' }, { layer: 'DLTB', title: '地类图斑', features: 20000, area_m2: '1660000000.00' }], members: ['340123-2024.gpkg'], receipt: { no: 'R-1', digest: D, received: '2026-11-25T01:20:00Z' }, notes: [{ at: '2026-11-25T01:20:00Z', person: '张伟', organ_name: '肥西县自然资源和规划局', act: 'submit', text: '' }], bounds: [WEST, SOUTH, WEST + 0.3, SOUTH + 0.3], summary: [{ rule: 'topology.overlap', title: '图斑重叠', severity: 'error', family: '拓扑', count: 12 }, { rule: 'topology.gap', title: '图斑缝隙', severity: 'error', family: '拓扑', count: 9 }, { rule: 'attribute.domain', title: '代码超出值域', severity: 'error', family: '属性', count: 31 }], actions: [{ id: 'accept', title: '验收入库', enabled: true, reason: '', needs: ['opinion'], task: null, primary: true, consequence: '封存为版本,入库后一张图即时更新。' }, { id: 'return', title: '退回汇交', enabled: true, reason: '', needs: ['opinion'], task: null, primary: true, consequence: '退回县级修改后重新汇交。' }] }
export const findings = page(many(40, (i) => ({ id: i + 1, rule: 'topology.overlap', kind: 'overlap', family: '拓扑', severity: i % 5 ? 'error' : 'warning', severity_title: i % 5 ? '错误' : '警告', layer: 'DLTB', key: `3401232A1000${10000 + i}`, row: i + 3, field: i % 3 ? '' : 'DLBM', value: '0199', expected: '代码表内的地类编码', x: 39509494.1234, y: 3508123.5, lon: WEST + (i % 8) * 0.03, lat: SOUTH + Math.floor(i / 8) * 0.04, measure: 12.5 + i, unit: 'm²', partners: ['340123' + i], message: `与相邻图斑重叠 ${12.5 + i} 平方米`, remedy: '在重叠处修改界线,使两图斑共边。', geometry: square(WEST + (i % 8) * 0.03, SOUTH + Math.floor(i / 8) * 0.04, 0.001) })))
export const patches = { type: 'FeatureCollection', next: null, features: many(12, (i) => ({ type: 'Feature', id: `340123/${i}`, geometry: square(WEST + (i % 4) * 0.004, SOUTH + Math.floor(i / 4) * 0.004), properties: { county: '340123', key: `k${i}`, BSM: `3401232A1000${i}`, DLBM: '0101', DLMC: '水田' } })) }
const ed = (period: string) => ({ county: '340123', county_name: '肥西县', period, digest: D, sealed: '2026-11-25T01:00:00Z', features: 20000, reference_date: `${period}-12-31` })
export const layers = page([
  { id: 'tdt1057@2020/DLTB', title: '地类图斑', group: '国土调查', geometry: 'polygon', style: { field: 'DLBM', rules: [{ values: ['0101', '0102', '0103'], fill: '#f7e6a1', stroke: '#8a8272', title: '耕地' }, { values: ['0301'], fill: '#8fbf88', stroke: '#8a8272', title: '林地' }] }, fields: [{ name: 'BSM', title: '标识码', type: 'text', unit: '' }, { name: 'DLBM', title: '地类编码', type: 'text', unit: '' }], editions: [ed('2023'), ed('2024')], updated: '2026-11-25', min_zoom: 8 },
  { id: 'control_lines@2021/YJJBNTTB', title: '永久基本农田', group: '三条控制线', geometry: 'polygon', style: { field: null, rules: [{ values: [], fill: '#f3c13a66', stroke: '#b58900', title: '永久基本农田' }] }, fields: [{ name: 'BSM', title: '标识码', type: 'text', unit: '' }], editions: [ed('2024')], updated: '2026-11-25', min_zoom: 8 },
])
export const outlines = { type: 'FeatureCollection', features: [{ type: 'Feature', properties: { code: '340123', name: '肥西县', level: 'county' }, geometry: square(116.8, 31.4, 0.5) }, { type: 'Feature', properties: { code: '340121', name: '长丰县', level: 'county' }, geometry: square(116.9, 31.95, 0.45) }] }
export const identified = page([{ layer: 'tdt1057@2020/DLTB', layer_title: '地类图斑', county: '340123', key: '3401232A100010001', properties: [{ name: 'BSM', title: '标识码', value: 'x', text: '3401232A100010001' }, { name: 'DLBM', title: '地类编码', value: '0101', text: '0101 水田' }, { name: 'TBMJ', title: '图斑面积', value: '12345.67', text: '12345.67 平方米' }], geometry: square(WEST, SOUTH), valid_from: '2024-12-31', valid_to: null, edition: 12, history: [{ valid_from: '2024-12-31', valid_to: null, edition: 12 }, { valid_from: '2023-12-31', valid_to: '2024-12-31', edition: 7 }] }])
const L1 = [['01', '耕地', 58.2], ['02', '种植园用地', 3.1], ['03', '林地', 12.4], ['04', '草地', 0.8], ['05', '商业服务业用地', 0.6], ['06', '工矿用地', 2.2], ['07', '住宅用地', 8.9], ['08', '公共管理与公共服务用地', 1.1], ['09', '特殊用地', 0.2], ['10', '交通运输用地', 4.1], ['11', '水域及水利设施用地', 7.4], ['12', '其他土地', 1.0]] as const
const fig = (share: number) => ({ count: Math.round(share * 200), area_m2: (share * 16_600_000).toFixed(2), ha: (share * 1660).toFixed(4), mu: (share * 24900).toFixed(2), share: share.toFixed(2) })
export const statistics = { asof: '2024-12-31', rows: L1.map(([code, name, share]) => ({ code, name, ...fig(share) })), total: fig(100), closes_to: { control_m2: '1660000000.00', difference_m2: '0.00' }, editions: [ed('2024')] }
export const changes = { summary: { insert: 12, update: 230, delete: 8, renumber: 3, unchanged: 19750 }, next: null, items: many(20, (i) => ({ change: ['insert', 'update', 'delete', 'renumber'][i % 4], key: `3401232A1000${i}`, old_key: i % 4 === 3 ? `old${i}` : null, fields: i % 4 === 1 ? [{ name: 'DLBM', before: '0101', after: '0702' }] : [], geometry_changed: i % 2 === 0, area_before: i % 4 ? '12000.00' : null, area_after: i % 4 === 2 ? null : '11000.00', geometry: square(WEST + (i % 5) * 0.01, SOUTH + Math.floor(i / 5) * 0.01) })) }
export const flow = { classes: L1.map(([code, name]) => ({ code, name })), matrix: L1.map(([, , s], i) => L1.map((_, j) => (i === j ? String(s * 16_600_000) : i < j && j % 3 === 0 ? String(i * j * 1234) : '0'))), row_totals: L1.map(([, , s]) => String(s * 16_600_000)), column_totals: L1.map(([, , s]) => String(s * 16_600_000)), before: {}, after: {}, closes: true, difference_m2: '0.00' }
export const controlAreas = page(many(20, (i) => ({ county: '340123', edition: '2024', part: 'land', class: L1[i % 12]![0] + '01', area_m2: String(1234567.89 * (i + 1)), source: '省级下发' })))
export const audit = page(many(40, (i) => ({ seq: 40 - i, chain: '340123', at: '2026-11-25T01:20:00Z', actor: '张伟', organ_name: '肥西县自然资源和规划局', action: 'delivery.submitted', action_title: '汇交数据', object: `delivery 340123-2024-${i}`, detail: { size: 123 } })))
export const heads = { items: [{ chain: '340123', seq: 40, h: D }] }
