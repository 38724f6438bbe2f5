/** Tab completion. */
import type { Process, ProcessContext } from '../shell/process.ts'
import type { KubectlPorts } from './ports.ts'
export function* completeCommandLine(_process: ProcessContext, _argv: readonly string[], _ports: KubectlPorts): Process { return 0 }
