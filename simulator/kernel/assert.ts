/** A broken assumption of our own code. Stays on in production: the log restores the cluster by replay. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/**
 * States one fact that must hold.
 * @throws AssertionError with the message when it does not
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}
