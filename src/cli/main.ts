/** The podflight command: a headless terminal, grading and lists. */

import { UsageError } from './user-input.ts'

const usage = `podflight: a flight simulator for running machine learning on Kubernetes

  podflight shell [--scenario ID | --cluster FILE] [--file SCRIPT] [--seed N] [-e]
      the simulated cluster's terminal; a script's commands run in order, time passes as they need
  podflight explain pod/NAME [-n NAMESPACE] [--cluster FILE | --scenario ID] [--file SCRIPT] [--at T] [-o json]
      why the Pod is where it is, or why it is Pending, after the script's commands
  podflight grade --task ID [--script FILE | --manifests DIR] [--seed N] [--json]
      runs a script, or applies manifests, against a task's start and prints the graded result
  podflight grade --task ID [--script FILE | --manifests DIR] --context kind-NAME [--kubeconfig FILE] [--images FILE] [--json | --junit]
      the same on the simulator and on a cluster of kind, check by check; --show-images prints what stands in for the course's images.
      Ends with 0 when all holds that can be judged there, 1 when something does not, 3 when the cluster fails
  podflight api [--scenario ID | --cluster FILE] [--port N] [--kubeconfig FILE] [--speed X | --manual] [--state DIR]
                [--users NAME[:GROUP+GROUP],...] [--name CONTEXT] [--audit-log FILE] [--seed N]
      the cluster's API over HTTPS on loopback, for a real kubectl and other tools
  podflight serve [--port N] [--kind [--kubeconfig FILE] [--images FILE]]
      the app on loopback; with --kind it can grade attempts on clusters of kind as well
  podflight kind up|down [--name NAME] [--cluster ID] [--image IMAGE] [--print]
  podflight kind status|doctor|clean [--kubeconfig FILE] [--context kind-NAME]
      makes and removes clusters of kind as the course needs them, says what is missing, removes what gradings left
  podflight list [--json]
      labs, tasks, exam forms and clusters
`

async function listCommand(argv: readonly string[]): Promise<number> {
  const { readLibrary } = await import('./files.ts')
  const { clusters, labs, tasks, forms } = readLibrary()
  if (argv.includes('--json')) {
    const named = (items: readonly { readonly id: string; readonly title: string }[]): object[] => items.map(({ id, title }) => ({ id, title }))
    console.log(JSON.stringify({ labs: named(labs), tasks: named(tasks), forms: named(forms), clusters: named(clusters) }, null, 2))
    return 0
  }
  for (const [title, items] of [['Labs', labs], ['Tasks', tasks], ['Forms', forms], ['Clusters', clusters]] as const) {
    console.log(title)
    for (const item of items) console.log(`  ${item.id.padEnd(24)} ${item.title}`)
  }
  return 0
}

/** Each command reads its own modules: one does not wait for those of another. */
async function run(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv
  switch (command) {
    case 'shell':
      return (await import('./shell-command.ts')).shellCommand(rest)
    case 'explain':
      return (await import('./explain-command.ts')).explainCommand(rest)
    case 'grade':
      return (await import('./grade-command.ts')).gradeCommand(rest)
    case 'api':
      return (await import('./api-command.ts')).apiCommand(rest)
    case 'serve':
      return (await import('./serve-command.ts')).serveCommand(rest)
    case 'kind':
      return (await import('./kind-command.ts')).kindCommand(rest)
    case 'list':
      return listCommand(rest)
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      console.log(usage)
      return command === undefined ? 2 : 0
    default:
      throw new UsageError(`unknown command "${command}"\n\n${usage}`)
  }
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`podflight: ${error.message}`)
  process.exitCode = 2
}
