/** Who asked what, and how it ended: the last requests that wrote or were refused. */

import type { ApiRequest, UserInfo, Verb } from '../api/request.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { RowLog } from '../kernel/row-log.ts'
import type { Table } from '../kernel/table.ts'

/** One audited request. */
export interface AuditLine {
  readonly atMs: SimTimeMs
  readonly user: string
  readonly verb: Verb
  readonly resource: string
  readonly key: string
  readonly subresource?: string
  readonly code: number
}

/** Lines kept; older ones are overwritten. */
const auditLinesMax = 8192

/**
 * A ring of the last 8192 audited requests in cluster state, so that forks and snapshots keep it. Which requests get a
 * line is `isAudited`'s to say. Modelling assumption: the real server writes a file by a policy.
 */
export class AuditLog {
  private readonly lines: RowLog<AuditLine>
  private readonly counters: Table<number>

  constructor(lines: RowLog<AuditLine>, counters: Table<number>) {
    this.lines = lines
    this.counters = counters
  }

  record(line: AuditLine): void {
    const count = this.counters.get('audit') ?? 0
    this.counters.set('audit', count + 1)
    this.lines.set(count % auditLinesMax, line)
  }

  /** Lines oldest first. */
  list(): AuditLine[] {
    const lines = this.lines.values()
    const count = this.counters.get('audit') ?? 0
    if (count <= auditLinesMax) return lines
    const start = count % auditLinesMax
    return [...lines.slice(start), ...lines.slice(0, start)]
  }
}

/** Whether a request is worth a line: every write, and every refusal. */
export function isAudited(request: ApiRequest, code: number): boolean {
  return code >= 400 || (request.verb !== 'get' && request.verb !== 'list' && request.verb !== 'watch')
}

/** True for members of a group. */
export function isInGroup(user: UserInfo, group: string): boolean {
  return user.groups.includes(group)
}
