import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import elementStyles from 'unplugin-element-plus/vite'
import { defineConfig } from 'vitest/config'

/** The running inner node that `npm run dev` asks; the build knows no node. */
const node = process.env.ZIYUAN_NODE_URL ?? 'http://127.0.0.1:8100'

export default defineConfig({
  base: '/',
  plugins: [vue(), elementStyles({})],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    host: '127.0.0.1',
    port: 5199,
    proxy: { '/api': { target: node, changeOrigin: false } },
  },
  build: {
    target: 'es2022',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    manifest: true,
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      // The public site has no build of its own: its one script keeps a name that templates can write down.
      input: { index: 'index.html', draw: 'src/public/draw.ts' },
      output: { entryFileNames: (chunk) => (chunk.name === 'draw' ? 'assets/draw.js' : 'assets/[name]-[hash].js') },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    css: false,
    isolate: false,
    setupFiles: ['src/test-setup.ts'],
    server: { deps: { inline: ['element-plus'] } },
  },
})
