import { never } from './types.ts'
import type { ReferencePlugin } from './types.ts'

export const schedulingGates: ReferencePlugin = {
  name: 'SchedulingGates',
  preEnqueue({ spec: { schedulingGates: gates = [] } }) {
    return gates.length === 0 ? undefined : never(`waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`)
  },
}
