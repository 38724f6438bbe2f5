/** The readers of a real cluster, one for each kind of question. */

import type { KindTable } from '../../../../../simulator/api/kinds.ts'
import type { KindDoor } from '../../contract.ts'
import type { NodeFacts } from '../node-facts.ts'
import type { ProbePods } from '../probe-pods.ts'
import type { Readers } from '../question.ts'
import { dryRunReader } from './dry-run-reader.ts'
import { connectReader, requestReader } from './network-readers.ts'
import { canReader, listReader, logsReader } from './object-readers.ts'

/** Makes the readers. */
export function makeReaders(door: KindDoor, kinds: KindTable, pods: ProbePods, facts: NodeFacts): Readers {
  const can = canReader(door, kinds)
  return {
    list: listReader(door, kinds), can, logs: logsReader(door, facts), dryRun: dryRunReader(door, kinds, can),
    request: requestReader(door, pods, facts), connect: connectReader(door, pods, facts),
  }
}
