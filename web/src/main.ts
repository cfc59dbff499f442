import './look/tokens.css'
import './look/base.css'

import { createApp } from 'vue'

import { whenSignedOut } from '@/api/client'
import { session } from '@/session/session'
import App from './App.vue'
import { router } from './router'

whenSignedOut(() => {
  session.forget()
  const here = router.currentRoute.value
  if (here.name !== 'login') void router.replace({ name: 'login', query: { to: here.fullPath } })
})

createApp(App).use(router).mount('#app')
