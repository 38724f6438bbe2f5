import { createRoot } from 'react-dom/client'
import './tokens.css'
import './base.css'
import { messageOf } from '../session/message-of.ts'
import { App } from './App.tsx'
import { applyTheme, readTheme } from './settings.ts'
import { createServices } from './create-services.ts'
import { takeBridgeKey } from './kind/bridge-client.ts'
import { startServiceWorker } from './trusted.ts'

takeBridgeKey()
applyTheme(readTheme())
for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) matchMedia(query).addEventListener('change', () => applyTheme(readTheme()))

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
const shown = createRoot(root)
// Not awaited at the top: chunks that share code with this one would wait for themselves.
createServices().then((services) => shown.render(<App services={services} />), (error: unknown) => shown.render(<p role="alert">Podflight could not start. {messageOf(error)}</p>))

/** Keeping the app's files waits until the page is busy no more; a page without it works, but needs its server. */
const keepFilesAfterMs = 4000
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  setTimeout(() => { startServiceWorker('./service-worker.js').catch((error: unknown) => { console.warn('The app cannot be kept for use without its server:', messageOf(error)) }) }, keepFilesAfterMs)
}
