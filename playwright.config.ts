import { defineConfig } from '@playwright/test'

const port = 4179

/** Browser tests against the production build, served as `npm start` serves it. */
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  use: {
    baseURL: `http://localhost:${port}/`,
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      ...(process.env['CHROMIUM_PATH'] === undefined ? {} : { executablePath: process.env['CHROMIUM_PATH'] }),
      // Containers of CI have no user namespaces; the pages under test are our own.
      args: ['--no-sandbox'],
    },
  },
  webServer: { command: 'node src/server/start.ts', url: `http://localhost:${port}/`, env: { PORT: String(port) }, timeout: 180_000, reuseExistingServer: false },
})
