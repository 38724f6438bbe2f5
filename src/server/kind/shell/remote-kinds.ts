/** The kinds that a real cluster serves: the built-in ones and those of its CustomResourceDefinitions. */

import { kindsOfDefinition } from '../../../../simulator/api/custom-kinds.ts'
import { discoveryOf } from '../../../../simulator/api/discovery.ts'
import type { Discovery } from '../../../../simulator/api/discovery.ts'
import { makeKindTable } from '../../../../simulator/api/kinds.ts'
import type { KindTable } from '../../../../simulator/api/kinds.ts'
import type { KubeList } from '../../../../simulator/index.ts'
import type { KindDoor } from '../contract.ts'

type Definitions = KubeList<Parameters<typeof kindsOfDefinition>[0]>

/** Reads the kinds; a cluster that does not tell its definitions has the built-in ones. */
export async function readKinds(connection: KindDoor): Promise<KindTable> {
  const answer = await connection.send({ verb: 'list', group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' }, 'owner')
  const { items = [] } = answer.code === 200 ? (answer.body as Definitions) : {}
  return makeKindTable(items.flatMap(kindsOfDefinition))
}

/** The answer to kubectl's question for the kinds. */
export async function readDiscovery(connection: KindDoor): Promise<Discovery> {
  return discoveryOf(await readKinds(connection))
}
