import { defineConfig, type Plugin } from 'vite'
import react from '@vitejs/plugin-react'

/**
 * The policy of the static build. The server sends the same as a header with frame-ancestors, which a meta tag cannot carry.
 * 'unsafe-inline' for styles is the one concession: Monaco and xterm write style elements.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types podflight-worker standaloneColorizer editorViewLayer richScreenReaderContent domLineBreaksComputer '
    + 'defaultWorkerFactory diffReview diffEditorWidget tokenizeToString dompurify domSanitize0',
].join('; ')

/** Only in builds: the dev server injects an inline module for hot reload. */
const policyTag: Plugin = {
  name: 'podflight-content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy }, injectTo: 'head-prepend' },
  ],
}

export default defineConfig(({ mode }) => ({
  root: 'src/app',
  publicDir: '../../public',
  base: './',
  plugins: [react(), policyTag],
  // Newer releases of monaco-editor have an exports map without esm/vs; monaco-yaml still asks for the old paths.
  resolve: { alias: [{ find: /^monaco-editor\/esm\/vs\//, replacement: 'monaco-editor/' }] },
  worker: { format: 'es' as const },
  build: {
    target: 'es2023',
    outDir: mode === 'fake' ? '../../.cache/dist-fake' : '../../dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4000,
  },
}))
