/**
 * Makes sure that the installed packages are there, then runs a script on the pinned Node 24 that came with them.
 * Plain JavaScript for Node 20 or newer, without imports of packages: it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

function isInstalled() {
  const stamp = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(stamp)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const present = JSON.parse(readFileSync(stamp, 'utf8')).packages
  return Object.keys(wanted).every((path) => path === '' || wanted[path].optional === true || present[path]?.version === wanted[path].version)
}

function install() {
  process.stderr.write('installing packages (npm ci) ...\n')
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (result.status !== 0) {
    process.stderr.write('npm ci failed; the lines above say why\n')
    process.exit(1)
  }
}

/** The pinned Node where the registry has it for this machine, else the running one if it is new enough. */
function findNode() {
  const pinned = join(root, 'node_modules', '.bin', 'node')
  if (existsSync(pinned)) return pinned
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 24) return process.execPath
  process.stderr.write(`Podflight runs on Node 24. This is Node ${process.versions.node}, and no packaged Node 24 exists for this machine: install Node 24.\n`)
  process.exit(1)
}

if (!isInstalled()) install()
const [script, ...args] = process.argv.slice(2)
const child = spawnSync(findNode(), ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
  cwd: root,
  stdio: 'inherit',
  // Types are stripped and sources compiled once: the second start takes half the time.
  env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node-compile'), ...process.env, PODFLIGHT_CWD: process.cwd() },
})
process.exit(child.status ?? 1)
