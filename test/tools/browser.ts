/** Finds the Chromium for browser tests: CHROMIUM_PATH, an installed one, or Playwright's own download. */

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const installed = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const macPaths = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium']

/** Path of a browser. @throws Error when there is none and none can be downloaded; a missing browser never skips */
export function findBrowser(): string {
  const named = process.env['CHROMIUM_PATH']
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named
    throw new Error(`CHROMIUM_PATH names ${named}, which does not exist`)
  }
  for (const name of installed) {
    const found = spawnSync('which', [name], { encoding: 'utf8' })
    if (found.status === 0) return found.stdout.trim()
  }
  for (const path of macPaths) if (existsSync(path)) return path
  const own = chromium.executablePath()
  if (existsSync(own)) return own
  process.stderr.write('no Chromium is installed: Playwright downloads its own ...\n')
  execFileSync(process.execPath, ['node_modules/playwright-core/cli.js', 'install', 'chromium'], { stdio: ['ignore', 2, 2] })
  if (existsSync(own)) return own
  throw new Error('no Chromium: install one (Debian: apt-get install chromium) or set CHROMIUM_PATH')
}
