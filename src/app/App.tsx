import { lazy, Suspense, useEffect, useState } from 'react'
import { HashRouter, Route, Routes } from 'react-router'
import { ActionProvider, useActions } from './actions/action-hub.tsx'
import { PaletteHost } from './actions/PaletteHost.tsx'
import { applyTheme, readTheme, writeSetting, type Theme } from './settings.ts'
import { ServicesContext, type Services } from './services.tsx'
import { LiveRegion } from './ui/LiveRegion.tsx'
import { Home } from './screens/home/Home.tsx'
import { NotFound } from './screens/NotFound.tsx'

const LabScreen = lazy(async () => ({ default: (await import('./screens/lab/LabScreen.tsx')).LabScreen }))
const ExamStart = lazy(async () => ({ default: (await import('./screens/exam/ExamStart.tsx')).ExamStart }))
const ExamScreen = lazy(async () => ({ default: (await import('./screens/exam/ExamScreen.tsx')).ExamScreen }))
const ResultScreen = lazy(async () => ({ default: (await import('./screens/result/ResultScreen.tsx')).ResultScreen }))
const SandboxStart = lazy(async () => ({ default: (await import('./screens/sandbox/SandboxStart.tsx')).SandboxStart }))
const SandboxScreen = lazy(async () => ({ default: (await import('./screens/sandbox/SandboxScreen.tsx')).SandboxScreen }))
const SettingsScreen = lazy(async () => ({ default: (await import('./screens/SettingsScreen.tsx')).SettingsScreen }))
const SimulatedScreen = lazy(async () => ({ default: (await import('./screens/SimulatedScreen.tsx')).SimulatedScreen }))

/** The whole app. Addresses stand behind #, so that any static file server and file path serves it. */
export function App({ services }: { services: Services }) {
  return (
    <ServicesContext value={services}>
      <HashRouter>
        <LiveRegion>
          <ActionProvider>
            <PaletteHost />
            <ThemeActions />
            <Suspense fallback={null}>
              <Routes>
                <Route path="/" element={<Home />} />
                <Route path="/labs" element={<Home section="labs" />} />
                <Route path="/exams" element={<Home section="exams" />} />
                <Route path="/lab/:id" element={<LabScreen />} />
                <Route path="/exam/:id" element={<ExamStart />} />
                <Route path="/exam/:id/run" element={<ExamScreen />} />
                <Route path="/result/:attemptId" element={<ResultScreen />} />
                <Route path="/sandbox" element={<SandboxStart />} />
                <Route path="/sandbox/:id" element={<SandboxScreen />} />
                <Route path="/settings" element={<SettingsScreen />} />
                <Route path="/simulated" element={<SimulatedScreen />} />
                <Route path="*" element={<NotFound />} />
              </Routes>
            </Suspense>
          </ActionProvider>
        </LiveRegion>
      </HashRouter>
    </ServicesContext>
  )
}

const themes: readonly Theme[] = ['light', 'dark', 'hc']

function ThemeActions() {
  const [theme, setTheme] = useState<Theme>(readTheme)
  useEffect(() => { applyTheme(theme) }, [theme])
  useActions({
    theme: () => {
      const shown = document.documentElement.dataset['theme'] as Theme
      const next = themes[(themes.indexOf(shown) + 1) % themes.length] ?? 'light'
      writeSetting('theme', next)
      setTheme(next)
      applyTheme(next)
    },
  })
  return null
}
