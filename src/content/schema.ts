/** The form of every content file, checked when content is loaded. Described for authors in docs/guides/authors.md. */

import { z } from 'zod'
import { checkGpuSpec } from '../../simulator/gpu/spec.ts'
import type { GpuSpec } from '../../simulator/gpu/spec.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])
const text = z.string().min(1)

const objectRef = z.strictObject({ resource: text, namespace: z.string().optional(), name: z.string().optional(), selector: z.string().optional() })
const comparison = {
  op: z.enum(['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'contains', 'matches', 'exists', 'missing', 'unchangedSinceStart']),
  value: z.union([scalar, z.array(scalar)]).optional(),
}
const where = z.array(z.strictObject({ path: text, ...comparison })).optional()
const probe = z.strictObject({
  namespace: text, method: z.string().optional(), url: text, body: z.string().optional(), bodyKilobytes: z.number().optional(),
  headers: z.record(z.string(), z.string()).optional(),
})
const asker = { namespace: z.string().optional(), user: z.string().optional(), groups: z.array(z.string()).optional() }
const dryRunQuestion = z.union([z.strictObject({ manifest: text, ...asker }), z.strictObject({ file: text, ...asker })])
const access = { user: text, groups: z.array(z.string()).optional(), verb: text, resource: text, namespace: z.string().optional(), name: z.string().optional() }
const payloads = z.array(z.strictObject({ share: z.number(), kilobytes: z.number() })).optional()
const load = z.strictObject({
  id: text, namespace: text, url: text, method: z.string().optional(), requestsPerSecond: z.number(), payloads, timeoutMs: z.number().optional(),
})
const trialStep = z.union([
  z.strictObject({ load }), z.strictObject({ stopLoad: text }), z.strictObject({ advanceSeconds: z.number() }), z.strictObject({ kubectl: text }),
])
const flowField = z.enum(['sent', 'ok', 'failed', 'failedShare', 'p50Ms', 'p95Ms', 'p99Ms'])
const bind = z.record(z.string(), objectRef)

/** One condition of a check. */
export const conditionSchema: z.ZodType = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('object'), object: objectRef, path: z.string().optional(), count: z.literal(true).optional(), where, quantifier: z.enum(['all', 'any']).optional(), ...comparison }),
    z.strictObject({ kind: z.literal('sameUidsAsStart'), object: objectRef }),
    z.strictObject({ kind: z.literal('cel'), expression: text, bind }),
    z.strictObject({ kind: z.literal('absent'), object: objectRef }),
    z.strictObject({ kind: z.literal('request'), request: probe, status: z.number().optional(), body: z.string().optional(), failure: z.union([z.string(), z.literal(true)]).optional(), times: z.number().optional(), distinctPods: z.number().optional() }),
    z.strictObject({ kind: z.literal('dryRun'), dryRun: dryRunQuestion, accepted: z.boolean(), message: z.string().optional(), warning: z.string().optional(), stored: where }),
    z.strictObject({ kind: z.literal('can'), ...access, allowed: z.boolean() }),
    z.strictObject({ kind: z.literal('connect'), namespace: text, host: text, port: z.number(), accepted: z.boolean() }),
    z.strictObject({ kind: z.literal('event'), namespace: text, reason: text, object: z.string().optional(), message: z.string().optional() }),
    z.strictObject({ kind: z.literal('logs'), object: objectRef, container: z.string().optional(), previous: z.boolean().optional(), contains: z.string().optional(), missing: z.string().optional() }),
    z.strictObject({ kind: z.literal('series'), promql: text, ...comparison }),
    z.strictObject({ kind: z.literal('file'), path: text, ...comparison }),
    z.strictObject({ kind: z.literal('answer'), item: text, ...comparison }),
    z.strictObject({ kind: z.literal('trial'), steps: z.array(trialStep), flows: z.array(z.strictObject({ flow: text, field: flowField, ...comparison })).optional(), all: z.array(conditionSchema).optional() }),
  ]),
)

/** A named value for texts and the status tracker. */
export const letSchema: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({ object: objectRef, path: z.string().optional(), count: z.literal(true).optional(), sum: z.literal(true).optional(), where }),
    z.strictObject({ request: probe, field: z.enum(['status', 'body', 'outcome']) }),
    z.strictObject({ dryRun: dryRunQuestion, path: text }),
    z.strictObject({ dryRun: dryRunQuestion, field: z.enum(['verdict', 'message', 'warnings']) }),
    z.strictObject({ can: z.strictObject(access) }),
    z.strictObject({ cel: text, bind }),
    z.strictObject({ promql: text }),
    z.strictObject({ file: text }),
    z.strictObject({ answer: text }),
    z.strictObject({ trial: z.array(trialStep), flow: text, field: flowField }),
    z.strictObject({ trial: z.array(trialStep), value: letSchema }),
  ]),
)

export const checkSchema = z.strictObject({
  id: text, title: text, points: z.number().int().nonnegative(), kind: text, all: z.array(conditionSchema).min(1),
  let: z.record(z.string(), letSchema).optional(), expected: text, actual: text, why: text,
  onKind: z.enum(['yes', 'fakes', 'no']).default('no'), notOnKind: text.optional(), onlyWith: z.array(z.string()).optional(),
})

export const startSchema = z.array(
  z.union([
    z.strictObject({ apply: text }), z.strictObject({ kubectl: text }), z.strictObject({ load }), z.strictObject({ stopLoad: text }),
    z.strictObject({ advanceSeconds: z.number() }), z.strictObject({ until: z.array(conditionSchema), withinSeconds: z.number() }),
  ]),
)

const image = z.strictObject({
  program: text, megabytes: z.number(), parameters: z.record(z.string(), scalar).optional(), ports: z.array(z.number()).optional(),
})
const scenario = {
  cluster: text, seed: z.number().int().default(1), historyMinutes: z.number().default(30), images: z.record(z.string(), image).default({}), namespace: z.string().default('default'),
  schedulerConfiguration: z.string().optional(),
}
const docs = z.array(z.strictObject({ title: text, href: z.url() })).default([])
const attempt = z.strictObject({ title: text, loses: z.array(z.string()).default([]) })

/** What a task needs of a real cluster beside its namespaces. */
const kindNeeds = z.strictObject({
  podSecurity: z.enum(['restricted', 'baseline']).optional(), loans: z.boolean().optional(),
  access: z.array(z.strictObject({ group: z.string(), resource: text, verbs: z.array(text).min(1) })).optional(),
})

export const taskSchema = z.strictObject({
  id: text, title: text, domain: text, tier: z.enum(['quick', 'core', 'deep']), minutes: z.number(), realCluster: z.enum(['yes', 'fakes', 'no']), ...scenario,
  settleSeconds: z.number().default(120), checks: z.array(checkSchema).min(1), hints: z.array(z.string()).default([]), docs,
  kind: kindNeeds.optional(),
})

/** wrong-NAME/answer.yaml and right-NAME/answer.yaml. */
export const attemptSchema = attempt

export const questionSchema = z.strictObject({
  id: text, kind: z.enum(['prediction', 'quiz', 'practice']).default('quiz'), question: text,
  options: z.array(z.strictObject({ key: text, text: text })).default([]), correct: z.string().optional(), whyCorrect: z.string().optional(),
  whyWrong: z.record(z.string(), z.string()).optional(), hints: z.array(z.string()).optional(), solution: z.string().optional(),
})

export const labSchema = z.strictObject({
  id: text, number: text, title: text, moduleId: text, moduleTitle: text, minutes: z.number(), goal: text, ...scenario,
  openFiles: z.array(z.string()).default([]),
  tracker: z.array(z.strictObject({ label: text, value: letSchema, goals: z.record(z.string(), z.string()) })).default([]),
  actions: z.array(z.strictObject({ step: text, action: text, component: text, result: text })).default([]),
  steps: z.array(
    z.strictObject({
      id: text, title: text, phase: text, checks: z.array(checkSchema).default([]), questions: z.array(questionSchema).default([]),
      hints: z.array(z.string()).default([]), solution: z.string().default(''), answers: z.record(z.string(), z.string()).default({}),
    }),
  ).min(1),
  questions: z.array(questionSchema).default([]),
  wrong: z.array(z.strictObject({ name: text, title: text, step: text, script: text, loses: z.array(z.string()).min(1) })).default([]),
})

/** GPUs of a node: model, number, and how they are shared. */
const gpusSchema = z.strictObject({
  model: text, count: z.number(), memoryMiB: z.number().optional(), machine: z.string().optional(),
  mig: z.strictObject({
    strategy: z.enum(['single', 'mixed']),
    devices: z.array(z.strictObject({ gpus: z.array(z.number()).optional(), profiles: z.record(z.string(), z.number()) })),
  }).optional(),
  sharing: z.strictObject({
    strategy: z.enum(['time-slicing', 'mps']), replicas: z.number(), renameByDefault: z.boolean().optional(), failRequestsGreaterThanOne: z.boolean().optional(),
  }).optional(),
  islands: z.array(z.array(z.number())).optional(),
}).superRefine((spec, context) => {
  const message = checkGpuSpec(spec as GpuSpec)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

export const clustersSchema = z.array(
  z.strictObject({
    id: text, title: text, addOns: z.array(z.string()), objects: z.string().optional(), schedulerConfiguration: z.string().optional(),
    apiServer: z.strictObject({ featureGates: z.record(z.string(), z.boolean()).optional(), runtimeConfig: z.record(z.string(), z.boolean()).optional() }).optional(),
    nodes: z.array(z.strictObject({
      name: text, resources: z.record(z.string(), z.string()), labels: z.record(z.string(), z.string()).optional(),
      taints: z.array(z.strictObject({ key: text, value: z.string().optional(), effect: text })).optional(),
      gpus: gpusSchema.optional(),
    })),
  }),
)

export const formsSchema = z.array(
  z.strictObject({
    id: text, title: text, about: text, durationMinutes: z.number(), passPercent: z.number(), alertsMinutesLeft: z.array(z.number()),
    extraTimeFactors: z.array(z.number()), tasks: z.array(text).min(1),
  }),
)

/** scenarios/index.yaml: domains and the order of tasks. */
export const scenarioIndexSchema = z.strictObject({ domains: z.array(z.strictObject({ id: text, title: text })), tasks: z.array(text) })

/** labs/index.yaml: modules and the order of labs; planned labs have a title only. */
export const labIndexSchema = z.array(
  z.strictObject({
    id: text, number: z.number(), title: text,
    labs: z.array(z.union([z.strictObject({ id: text }), z.strictObject({ id: text, number: text, title: text, minutes: z.number(), stepCount: z.number(), isPlanned: z.literal(true) })])),
  }),
)
