/** The map comes with its own code part, fetched when a screen first shows one. */
import { defineAsyncComponent } from 'vue'

export const LazyMap = defineAsyncComponent(() => import('./MapView.vue'))
