import { defineConfig } from '@playwright/test'
import { findBrowser } from './test/tools/browser.ts'

const port = 4199

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '*.e2e.ts',
  timeout: 120_000,
  workers: 1,
  fullyParallel: false,
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath: findBrowser(), args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] },
  },
  webServer: { command: 'node --disable-warning=ExperimentalWarning src/server/start.ts', env: { PORT: String(port) }, url: `http://localhost:${port}/`, reuseExistingServer: false, timeout: 120_000 },
})
