import { defineConfig, type Plugin } from 'vite'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { pagePolicy } from './src/server/content-security-policy.ts'

/** The policy of the static build; the server sends the same as a header. Only in builds: the dev server injects an inline module for hot reload. */
const policyTag: Plugin = {
  name: 'podflight-content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy }, injectTo: 'head-prepend' },
  ],
}

/** Tells the service worker which files a build has, and gives the build a name by their hashed names. */
const offlineFiles: Plugin = {
  name: 'podflight-offline-files',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      const worker = Object.values(bundle).find((file) => file.fileName === 'service-worker.js')
      if (worker?.type !== 'chunk') return this.error('the build has no service worker')
      const names = ['./', ...readdirSync('public'), ...Object.keys(bundle).filter((name) => name !== worker.fileName && !name.endsWith('.map')).sort()]
      const buildId = createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 12)
      worker.code = `const offlineFiles = ${JSON.stringify(names)}, buildId = "${buildId}";\n${worker.code}`
      return undefined
    },
  },
}

const descriptionsId = 'virtual:api-descriptions'

/** What the fields of the API mean, taken from an installed package; a file of its own that is loaded when it is needed. */
const apiDescriptions = (): Plugin => ({
  name: 'podflight-api-descriptions',
  resolveId: (id) => (id === descriptionsId ? `\0${descriptionsId}` : undefined),
  async load(id) {
    if (id !== `\0${descriptionsId}`) return undefined
    const { readApiDescriptions } = await import('./src/server/api-descriptions.ts')
    return `export const descriptions = JSON.parse(${JSON.stringify(JSON.stringify(readApiDescriptions()))})`
  },
})

export default defineConfig(({ mode }) => ({
  root: 'src/app',
  publicDir: '../../public',
  base: './',
  plugins: [react(), policyTag, offlineFiles, apiDescriptions()],
  // Newer releases of monaco-editor have an exports map without esm/vs; monaco-yaml still asks for the old paths.
  resolve: { alias: [{ find: /^monaco-editor\/esm\/vs\//, replacement: 'monaco-editor/' }] },
  worker: { format: 'es' as const, plugins: () => [apiDescriptions()] },
  build: {
    target: 'es2023',
    outDir: mode === 'fake' ? '../../.cache/dist-fake' : '../../dist',
    emptyOutDir: true,
    rolldownOptions: {
      input: { main: 'src/app/index.html', 'service-worker': 'src/app/service-worker.ts' },
      output: { entryFileNames: ({ name }) => (name === 'service-worker' ? 'service-worker.js' : 'assets/[name]-[hash].js') },
    },
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4000,
  },
}))
