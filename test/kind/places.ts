/** Places to grade on: stacks of our own, a cluster that is there already, or a real node. */

import type { GradingPlace } from './grading.ts'
import { clientOf, connect, hasContainers, untilQuiet, withStack } from './stack.ts'

/** Longest wait for checks to hold. On fake nodes whatever happens has happened soon. */
const settleSeconds = { 'fake nodes': 8, 'real node': 90 } as const

export interface PlaceOptions {
  readonly kubeconfig: string
  readonly context: string
  /** The image that stands for the public Python image there. */
  readonly python?: string
  readonly settleSecondsMax?: number
}

/** Opens a place, runs, and closes the connection. */
export async function withPlace<T>({ kubeconfig, context, python, settleSecondsMax }: PlaceOptions, run: (place: GradingPlace) => Promise<T>): Promise<T> {
  const connection = await connect(kubeconfig, context)
  const client = clientOf(kubeconfig)
  try {
    await untilQuiet(client)
    const on = await hasContainers(client) ? 'real node' : 'fake nodes'
    return await run({ connection, client, on, settleSecondsMax: settleSecondsMax ?? settleSeconds[on], ...(python === undefined ? {} : { python }) })
  } finally {
    connection.close()
  }
}

/** Starts so many stacks side by side, runs on all of them, and ends them. */
export async function withPlaces<T>(count: number, more: Pick<PlaceOptions, 'settleSecondsMax'>, run: (places: readonly GradingPlace[]) => Promise<T>, open: readonly GradingPlace[] = []): Promise<T> {
  if (open.length === count) return run(open)
  return withStack(({ kubeconfig, context }) => withPlace({ kubeconfig, context, ...more }, (place) => withPlaces(count, more, run, [...open, place])))
}

