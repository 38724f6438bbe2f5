import { createRoot } from 'react-dom/client'
import './tokens.css'
import './base.css'
import { messageOf } from '../session/message-of.ts'
import { App } from './App.tsx'
import { applyTheme, readTheme } from './settings.ts'
import { createServices } from './create-services.ts'

applyTheme(readTheme())
for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) matchMedia(query).addEventListener('change', () => applyTheme(readTheme()))

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
const shown = createRoot(root)
// Not awaited at the top: chunks that share code with this one would wait for themselves.
createServices().then((services) => shown.render(<App services={services} />), (error: unknown) => shown.render(<p role="alert">Podflight could not start. {messageOf(error)}</p>))
