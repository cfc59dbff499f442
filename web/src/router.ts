/** Every screen has an address that can be sent to a colleague; reload opens the same thing. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'

import { session } from '@/session/session'
import { firstScreen } from '@/shell/menu'

const inside: RouteRecordRaw[] = [
  { path: '', redirect: () => firstScreen() },
  { path: 'tasks', name: 'tasks', component: () => import('@/screens/tasks/TaskList.vue'), meta: { title: '待办' } },
  { path: 'notices', name: 'notices', component: () => import('@/screens/notices/NoticeList.vue'), meta: { title: '提醒' } },
  { path: 'supervisions', name: 'supervisions', component: () => import('@/screens/supervisions/SupervisionList.vue'), meta: { title: '督办' } },
  { path: 'supervisions/figures', name: 'supervised', component: () => import('@/screens/supervisions/SupervisedFigures.vue'), meta: { title: '督办统计' } },
  { path: 'outgoing', name: 'outgoing', component: () => import('@/screens/office/OutgoingList.vue'), meta: { title: '外发消息' } },
  { path: 'cases', name: 'cases', component: () => import('@/screens/cases/CaseList.vue'), meta: { title: '案卷' } },
  { path: 'cases/limits', name: 'limits', component: () => import('@/screens/cases/LimitFigures.vue'), meta: { title: '时限统计' } },
  { path: 'migrations', name: 'migrations', component: () => import('@/screens/migrations/MigrationPage.vue'), meta: { title: '流程升级' } },
  { path: 'cases/supervision', name: 'supervision', component: () => import('@/screens/cases/SupervisionFigures.vue'), meta: { title: '办件统计' } },
  { path: 'cases/policies', name: 'policies', component: () => import('@/screens/cases/PolicyList.vue'), meta: { title: '策略动用' } },
  { path: 'cases/quality', name: 'quality', component: () => import('@/screens/cases/QualityFigures.vue'), meta: { title: '申报质量统计' } },
  { path: 'calendar', name: 'calendar', component: () => import('@/screens/calendar/WorkCalendar.vue'), meta: { title: '工作日历' } },
  { path: 'cases/:id', name: 'case', component: () => import('@/screens/record/CaseRecord.vue'), meta: { title: '案卷' } },
  { path: 'consultations', name: 'consultations', component: () => import('@/screens/consultations/ConsultationList.vue'), meta: { title: '征求意见' } },
  { path: 'deliveries', name: 'deliveries', component: () => import('@/screens/deliveries/DeliveryList.vue'), meta: { title: '数据汇交' } },
  { path: 'deliveries/:id', name: 'delivery', component: () => import('@/screens/delivery/DeliveryRecord.vue'), meta: { title: '数据汇交' } },
  { path: 'filings', name: 'filings', component: () => import('@/screens/filings/FilingList.vue'), meta: { title: '直报备案' } },
  { path: 'filings/new', name: 'filing', component: () => import('@/screens/filings/FilingPage.vue'), meta: { title: '备案一条记录' } },
  { path: 'feeds', name: 'feeds', component: () => import('@/screens/feeds/FeedList.vue'), meta: { title: '接口与下载' } },
  { path: 'receipts', name: 'receipts', component: () => import('@/screens/receipts/ReceiptPage.vue'), meta: { title: '回执核验' } },
  { path: 'exceptions', name: 'exceptions', component: () => import('@/screens/asked/ExceptionList.vue'), meta: { title: '例外' } },
  { path: 'disputes', name: 'disputes', component: () => import('@/screens/asked/DisputeList.vue'), meta: { title: '异议' } },
  { path: 'control-areas', name: 'control', component: () => import('@/screens/control/ControlAreas.vue'), meta: { title: '控制面积' } },
  { path: 'map', name: 'map', component: () => import('@/screens/bench/MapBench.vue'), meta: { title: '一张图' } },
  { path: 'changesets', name: 'changesets', component: () => import('@/screens/changesets/ChangesetPage.vue'), meta: { title: '增量包' } },
  { path: 'kinship', name: 'kinship', component: () => import('@/screens/kinship/KinshipPage.vue'), meta: { title: '图斑沿革' } },
  { path: 'chains', name: 'chains', component: () => import('@/screens/chains/ChainPage.vue'), meta: { title: '前后环节检查' } },
  { path: 'catalogue', name: 'catalogue', component: () => import('@/screens/catalogue/CatalogueTree.vue'), meta: { title: '数据目录' } },
  { path: 'catalogue/:layer', name: 'metadata', component: () => import('@/screens/catalogue/LayerMetadata.vue'), meta: { title: '图层元数据' } },
  { path: 'lineage', name: 'lineage', component: () => import('@/screens/catalogue/LineagePage.vue'), meta: { title: '来源与影响' } },
  { path: 'duty', name: 'duty', component: () => import('@/screens/duty/DutyList.vue'), meta: { title: '应汇交清单' } },
  { path: 'bulletins', name: 'bulletins', component: () => import('@/screens/bulletins/BulletinList.vue'), meta: { title: '通报' } },
  { path: 'bulletins/:id', name: 'bulletin', component: () => import('@/screens/bulletins/BulletinRecord.vue'), meta: { title: '通报' } },
  { path: 'statistics', name: 'statistics', component: () => import('@/screens/figures/StatisticsPage.vue'), meta: { title: '统计' } },
  { path: 'organisation', name: 'organisation', component: () => import('@/screens/organisation/OrganisationPage.vue'), meta: { title: '组织机构' } },
  { path: 'proxies', name: 'proxies', component: () => import('@/screens/proxies/ProxyPage.vue'), meta: { title: '委托代理' } },
  { path: 'audit', name: 'audit', component: () => import('@/screens/audit/AuditList.vue'), meta: { title: '审计' } },
  { path: 'health', name: 'health', component: () => import('@/screens/office/HealthPage.vue'), meta: { title: '运行状态' } },
  { path: 'search', name: 'search', component: () => import('@/screens/search/SearchPage.vue'), meta: { title: '查找' } },
  ...(import.meta.env.DEV
    ? [{ path: 'examples', name: 'examples', component: () => import('@/components/ExamplePage.vue'), meta: { title: '部件' } }]
    : []),
  { path: ':rest(.*)*', name: 'nowhere', component: () => import('@/shell/NowherePage.vue'), meta: { title: '没有这一页' } },
]

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    { path: '/login', name: 'login', component: () => import('@/screens/login/LoginPage.vue'), meta: { title: '登录' } },
    { path: '/', component: () => import('@/shell/AppShell.vue'), children: inside },
  ],
})

router.beforeEach(async (to) => {
  const me = await session.known()
  if (to.name === 'login') return me ? { path: '/' } : true
  return me ? true : { name: 'login', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
})

router.afterEach((to) => {
  document.title = `${String(to.meta.title ?? '')} - 智慧资源工作台`
})
