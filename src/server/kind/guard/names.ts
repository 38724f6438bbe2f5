/** Names and labels of what the bridge makes on a real cluster. */

export const sandboxNames = {
  /** On everything that the bridge makes or borrows: its session. The truth about what may be removed. */
  sessionLabel: 'podflight.dev/session',
  /** On what the sandbox itself needs in the task's namespaces; views leave it out. */
  partLabel: 'podflight.dev/sandbox',
  /** The task, for people. */
  taskLabel: 'podflight.dev/task',
  /** Labels and annotations that only the bridge writes. */
  ownPrefix: 'podflight.dev/',
  /** On a lent node: what was there before, as JSON. */
  loanAnnotation: 'podflight.dev/loan',
  /** Names of the sandbox's own objects begin so. */
  prefix: 'podflight-',
  /** Kinds of which the sandbox has one in each namespace. */
  protectedResources: ['networkpolicies', 'resourcequotas', 'roles', 'rolebindings'] as readonly string[],
  tokenSecondsMax: 3600,
} as const
