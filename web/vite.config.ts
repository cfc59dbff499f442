import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import elementStyles from 'unplugin-element-plus/vite'
import { defineConfig } from 'vitest/config'

import { fakeNode } from './dev/fake.ts'

/** Address of a running inner node; without it `npm run dev` answers from the small fake in `dev/`. */
const node = process.env.ZIYUAN_NODE_URL

export default defineConfig({
  base: '/',
  plugins: [vue(), elementStyles({}), ...(node ? [] : [fakeNode()])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    host: '127.0.0.1',
    port: 5199,
    proxy: node ? { '/api': { target: node, changeOrigin: false } } : undefined,
  },
  build: { target: 'es2022', assetsDir: 'assets', assetsInlineLimit: 0, manifest: true, chunkSizeWarningLimit: 900 },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    css: false,
    isolate: false,
    setupFiles: ['src/test-setup.ts'],
    server: { deps: { inline: ['element-plus'] } },
  },
})
