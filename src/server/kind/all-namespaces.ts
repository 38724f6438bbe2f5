/** What the learner's side asks of all namespaces is asked of those of the task: it has no others. */

import { builtinKinds } from '../../../simulator/api/kinds.ts'
import type { ApiAnswer, KubeList } from '../../../simulator/index.ts'
import type { BridgeRequest, Identity, KindDoor } from './contract.ts'

function isOverAll({ verb, group, resource, namespace }: BridgeRequest, as: Identity): boolean {
  return as === 'learner' && verb === 'list' && (namespace ?? '') === '' && builtinKinds.byResource(group, resource)?.namespaced === true
}

interface Rows { readonly rows?: readonly unknown[]; readonly items?: readonly unknown[]; readonly metadata?: KubeList['metadata'] }

/** Lists and tables of several namespaces as one. */
function joined(answers: readonly ApiAnswer[]): ApiAnswer {
  const [first] = answers
  const bodies = answers.map(({ body }) => body as Rows)
  const resourceVersion = bodies[0].metadata?.resourceVersion
  const metadata = resourceVersion === undefined ? {} : { resourceVersion }
  const key = bodies[0].rows === undefined ? 'items' : 'rows'
  return { ...first, warnings: [...new Set(answers.flatMap(({ warnings }) => warnings))], body: { ...bodies[0], metadata, [key]: bodies.flatMap((body) => body[key] ?? []) } }
}

/** A door whose lists over all namespaces are those of some. */
export function withinNamespaces(door: KindDoor, namespaces: readonly string[]): KindDoor {
  return {
    context: door.context,
    open: (request, as) => door.open(request, as),
    async send(request, as) {
      if (!isOverAll(request, as) || namespaces.length === 0) return await door.send(request, as)
      const { limit: _limit, continue: _continue, ...query } = request.query ?? {}
      const answers = await Promise.all(namespaces.map((namespace) => door.send({ ...request, namespace, query }, as)))
      return answers.find(({ code }) => code !== 200) ?? joined(answers)
    },
  }
}
