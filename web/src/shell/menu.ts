/** The left navigation: at most seven groups, each a word of the trade, by what the person may do. */
import { session } from '@/session/session'

export interface Entry {
  to: string
  title: string
  /** One drawn path on a 20 × 20 ground. */
  icon: string
  under?: { to: string; title: string }[]
}

export function menu(): Entry[] {
  const may = session.may
  const control = may('control_area.register') && session.ofProvince()
  const entries: [boolean, Entry][] = [
    [
      may('case.act') || may('case.read'),
      { to: '/tasks', title: '待办', icon: 'M4 4h12v12H4z M7 10l2 2 4-5', under: [{ to: '/notices', title: '提醒' }] },
    ],
    [
      may('case.read'),
      {
        to: '/cases',
        title: '案卷',
        icon: 'M3 6h5l2 2h7v8H3z',
        under: [
          { to: '/consultations', title: '征求意见' },
          { to: '/supervisions', title: '督办' },
          { to: '/cases/supervision', title: '办件统计' },
          { to: '/cases/policies', title: '策略动用' },
          { to: '/cases/quality', title: '申报质量' },
          { to: '/calendar', title: '工作日历' },
          ...(may('migration.read') ? [{ to: '/migrations', title: '流程升级' }] : []),
        ],
      },
    ],
    [
      may('delivery.read'),
      {
        to: '/deliveries',
        title: '数据汇交',
        icon: 'M10 3v9 M6 7l4-4 4 4 M4 12v4h12v-4',
        under: [
          { to: '/duty', title: '应汇交清单' },
          { to: '/filings', title: '直报备案' },
          { to: '/feeds', title: '接口与下载' },
          { to: '/exceptions', title: '例外' },
          { to: '/disputes', title: '异议' },
          ...(may('control_area.read') ? [{ to: '/control-areas', title: control ? '控制面积登记' : '控制面积' }] : []),
          { to: '/receipts', title: '回执核验' },
          { to: '/bulletins', title: '通报' },
        ],
      },
    ],
    [
      may('map.read'),
      {
        to: '/map',
        title: '一张图',
        icon: 'M3 5l5-2 4 2 5-2v12l-5 2-4-2-5 2z M8 3v12 M12 5v12',
        under: [
          ...(may('catalogue.read')
            ? [
                { to: '/catalogue', title: '数据目录' },
                { to: '/lineage', title: '来源与影响' },
              ]
            : []),
          { to: '/kinship', title: '图斑沿革' },
          ...(may('delivery.read')
            ? [
                { to: '/changesets', title: '增量包' },
                { to: '/chains', title: '前后环节检查' },
              ]
            : []),
        ],
      },
    ],
    [may('map.read'), { to: '/statistics', title: '统计', icon: 'M4 16V9h3v7 M9 16V4h3v12 M14 16v-5h3v5' }],
    [may('organ.read'), { to: '/organisation', title: '组织机构', icon: 'M8 3h4v4h-4z M3 13h4v4H3z M13 13h4v4h-4z M10 7v3 M5 13v-3h10v3' }],
    [may('audit.read'), { to: '/audit', title: '审计', icon: 'M10 3l6 2v5c0 4-3 6-6 7-3-1-6-3-6-7V5z M7 10l2 2 4-4' }],
    [
      may('node.read'),
      {
        to: '/health',
        title: '运行',
        icon: 'M2 10h4l2-5 4 10 2-5h4',
        under: [
          { to: '/outgoing', title: '外发消息' },
          ...(may('migration.read') && !may('case.read') ? [{ to: '/migrations', title: '流程升级' }] : []),
        ],
      },
    ],
  ]
  return entries.filter(([shown]) => shown).map(([, entry]) => entry)
}

/** Where a person's work begins: with the deliveries for who works on them, else the first thing in his own navigation. */
export function firstScreen(): string {
  return session.may('delivery.read') ? '/deliveries' : (menu()[0]?.to ?? '/search')
}
