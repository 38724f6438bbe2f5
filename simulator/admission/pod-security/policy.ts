/** The levels that a namespace's labels ask for. Models pod-security-admission/api (v1.35). */

import type { StringMap } from '../../api/types.ts'
import type { ErrorList } from '../validation/error-list.ts'

export type Level = 'privileged' | 'baseline' | 'restricted'

/** A level and the minor version whose rules count; Infinity is the latest. */
export interface LevelVersion { readonly level: Level; readonly minor: number }

export interface SecurityPolicy { readonly enforce: LevelVersion; readonly audit: LevelVersion; readonly warn: LevelVersion }

const prefix = 'pod-security.kubernetes.io/'
const levels: readonly string[] = ['privileged', 'baseline', 'restricted']
const modes = ['enforce', 'audit', 'warn'] as const
const privileged: LevelVersion = { level: 'privileged', minor: Number.POSITIVE_INFINITY }

/** How a level shows in texts: `baseline:latest`. */
export function levelText({ level, minor }: LevelVersion): string {
  return `${level}:${Number.isFinite(minor) ? `v1.${minor}` : 'latest'}`
}

/** Negative, zero or positive as a level is less, equally or more strict than another. */
export function compareLevels(a: Level, b: Level): number {
  return levels.indexOf(a) - levels.indexOf(b)
}

function isVersion(text: string): boolean {
  return text === 'latest' || /^v1\.([0-9]|[1-9][0-9]*)$/.test(text)
}

function minorOf(text: string | undefined): number {
  return text === undefined || text === 'latest' || !isVersion(text) ? Number.POSITIVE_INFINITY : Number(text.slice(3))
}

function readMode(labels: StringMap, mode: (typeof modes)[number]): LevelVersion {
  const level = labels[`${prefix}${mode}`]
  const onError = mode === 'enforce' ? 'restricted' : 'privileged'
  return { level: level === undefined ? 'privileged' : levels.includes(level) ? (level as Level) : onError, minor: minorOf(labels[`${prefix}${mode}-version`]) }
}

/** The policy of a namespace. A level that is enforced is warned of too, unless the labels say otherwise. */
export function policyOf(labels: StringMap | undefined): SecurityPolicy {
  if (labels === undefined) return { enforce: privileged, audit: privileged, warn: privileged }
  const enforce = readMode(labels, 'enforce')
  let warn = readMode(labels, 'warn')
  const isEnforced = levels.includes(labels[`${prefix}enforce`] ?? '')
  if (labels[`${prefix}warn`] === undefined && isEnforced && enforce.level !== 'privileged') {
    warn = { level: enforce.level, minor: labels[`${prefix}warn-version`] === undefined ? enforce.minor : warn.minor }
  }
  return { enforce, audit: readMode(labels, 'audit'), warn }
}

/** Refuses labels that name no level or version. */
export function validatePolicyLabels(labels: StringMap | undefined, errors: ErrorList): void {
  for (const mode of modes) {
    const [level, version] = [labels?.[`${prefix}${mode}`], labels?.[`${prefix}${mode}-version`]]
    if (level !== undefined && !levels.includes(level)) errors.invalid(`metadata.labels[${prefix}${mode}]`, level, `must be one of ${levels.join(', ')}`)
    if (version !== undefined && !isVersion(version)) errors.invalid(`metadata.labels[${prefix}${mode}-version]`, version, 'must be "latest" or "v1.x"')
  }
}
