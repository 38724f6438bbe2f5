/** What one server gives to its clients at most, so that no client takes it from the others. Tests make them smaller. */

export interface Limits {
  /** Ms until the headers of a request must be there. Models ReadHeaderTimeout of apiserver/pkg/server (v1.35). */
  readonly headersMs: number
  /** Ms until a TLS connection must be agreed on. */
  readonly handshakeMs: number
  /** Ms until a body must be there. Models --request-timeout. */
  readonly bodyMs: number
  /** Ms after which an idle connection is closed. Models IdleTimeout. */
  readonly idleMs: number
  /** Bytes of the headers of one request. Models MaxHeaderBytes. */
  readonly headerBytes: number
  /** Bytes of all bodies that are being read. What comes over it is told to come again, as by API priority and fairness. */
  readonly bodyBytesInAll: number
  /** Open watches of one user, and of all. A client over it is told to come again. Differs: the real server has no such limit but its memory. */
  readonly watchesPerUser: number
  readonly watches: number
  /** Open connections; those over it are closed at once. */
  readonly connections: number
}

const mebibyte = 1024 * 1024

export const usualLimits: Limits = {
  headersMs: 32_000, handshakeMs: 32_000, bodyMs: 60_000, idleMs: 90_000, headerBytes: mebibyte, bodyBytesInAll: 96 * mebibyte, watchesPerUser: 3000, watches: 6000, connections: 16_384,
}

/** Bytes that are given out of a total. */
export class Budget {
  private readonly total: number
  private taken = 0

  constructor(total: number) {
    this.total = total
  }

  /** @returns false when there is not so much left */
  take(count: number): boolean {
    if (this.taken + count > this.total) return false
    this.taken += count
    return true
  }

  giveBack(count: number): void {
    this.taken -= count
  }
}
